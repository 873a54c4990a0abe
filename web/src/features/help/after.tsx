import { h } from "../../i18n/help";
import { Button } from "../../ui/button";

/** The talk is over: how it was, in one tap, and what next. */
export function After(props: { rating: number; onRate: (rating: number) => void; onAnother: () => void }) {
  const say = h.value.after;
  return (
    <section class="after card stack" aria-label={say.question}>
      {props.rating === 0 ? (
        <>
          <p id="rate">
            <strong>{say.question}</strong>
          </p>
          <div class="row rates" role="group" aria-labelledby="rate">
            {[3, 2, 1].map((rating) => (
              <Button key={rating} tone="outline" onClick={() => props.onRate(rating)}>
                {say.answers[rating - 1]}
              </Button>
            ))}
          </div>
        </>
      ) : (
        <p role="status">{say.thanks}</p>
      )}
      <Button tone="plain" onClick={props.onAnother}>
        {say.again}
      </Button>
    </section>
  );
}
