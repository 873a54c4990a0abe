import { h } from "../../i18n/help";
import { Initial } from "../../ui/initial";
import type { ConversationView } from "../../wire/messages.gen";

/** With whom one talks, and where it stands: one line under the head. */
export function StateStrip({ view }: { view: ConversationView }) {
  const say = h.value.state;
  const agent = view.people[view.agent];
  const words = stateWords(view);
  if (!agent && !words) return null;
  return (
    <div class="strip" data-state={view.state} data-gone={view.agent_gone_until !== undefined}>
      {agent && <Initial name={agent.name} presence={agent.presence} />}
      <div>
        {agent && (
          <p>
            <strong>{say.with(agent.name)}</strong>
          </p>
        )}
        {words && <p class="small">{words}</p>}
      </div>
    </div>
  );
}

function stateWords(view: ConversationView): string {
  const say = h.value.state;
  const agent = view.people[view.agent];
  if (view.agent_gone_until !== undefined && agent) return say.agentGone(agent.name, view.agent_gone_until);
  if (view.snoozed_until !== undefined) return say.snoozed(view.snoozed_until);
  if (view.state === "closed") return view.role === "citizen" ? say.closed : "";
  if (view.state === "draft") return say.draft;
  if (!agent) return "";
  return agent.presence === "here" ? say.agentHere : say.agentAway;
}
