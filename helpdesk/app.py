"""The help desk as an app of the signaling server: ``python -m signaling helpdesk.app:app``."""

from pathlib import Path

from helpdesk import demo, register, wire
from helpdesk.access import AGENT, SUPERVISOR, access_log
from helpdesk.desk import wire as desk_wire
from helpdesk.desk.acts import Acts
from helpdesk.desk.macros import Macros
from helpdesk.desk.views import DeskSource, SupervisionSource
from helpdesk.line.drops import Drops
from helpdesk.line.picture import APP
from helpdesk.line.pictures import Pictures
from helpdesk.line.ringing import Ringing
from helpdesk.talk import parts as talk
from helpdesk.video import Video
from signaling.api import Context, DemoPerson, Login, Page, Part, Person, Sweep

PAGES = (
    Page("/aide/widget", "aide.html", embeddable=True),
    Page("/aide", "aide.html"),
    Page("/aide/{handle}{rest:(/.*)?}", "aide.html"),
    Page("/conseil/{handle}{rest:(/.*)?}", "conseil.html"),
)
DEMO_PAGES = (Page("/demo", "demo/index.html"), Page("/demo/logement", "demo/logement.html"))


class Helpdesk:
    """Implements ``signaling.api.App``."""

    name = APP
    migrations = Path(__file__).parent / "migrations"

    def build(self, context: Context) -> Part:
        """Wire handlers, views and doors to the services of this process."""
        pictures = Pictures(context)
        talking = talk.parts(context, pictures)
        ringing, video, macros = Ringing(context), Video(context), Macros(context)
        acts = Acts(context, ringing)

        async def access(login: Login, log_id: str) -> int:
            async with context.database.read() as tx:
                return await access_log(tx, login, log_id)

        return Part(
            handlers={
                **talking.handlers,
                desk_wire.Claim: acts.claim,
                desk_wire.Transfer: acts.transfer,
                desk_wire.NoteDown: acts.note,
                desk_wire.Snooze: acts.snooze,
                desk_wire.Follow: acts.follow,
                desk_wire.SetPaused: acts.set_paused,
                desk_wire.SaveMacro: macros.save,
                desk_wire.DeleteMacro: macros.remove,
                wire.ProposeCall: video.propose,
                wire.DeclineCall: video.decline,
            },
            views={
                **talking.views,
                "desk": DeskSource(context, pictures),
                "macros": macros,
                "supervision": SupervisionSource(context, pictures),
            },
            call_policy=video,
            access_log=access,
            access_file=talking.access_file,
            admit=talking.admit,
            on_document=talking.on_document,
            upload_share=talking.upload_share,
            routes=talking.routes,
            pages=[*PAGES, *(DEMO_PAGES if context.settings.demo else ())],
            sweeps=[
                Sweep("helpdesk.ring", ringing.sweep, every_s=1.0),
                *Drops(context).sweeps(),
                *video.sweeps(),
                *talking.sweeps,
            ],
        )

    def home(self, person: Person, login: str) -> str:
        """Agents and supervisors land at the desk, citizens and their helpers at the talk."""
        return f"/conseil/{login}" if person.role in (AGENT, SUPERVISOR) else f"/aide/{login}"

    async def seed(self, context: Context) -> list[DemoPerson]:
        """Make the demonstration desk."""
        return await demo.seed(context)

    async def load(self, context: Context, text: str) -> list[DemoPerson]:
        """Take topics, hours and the people of the desk from the operator's file."""
        return await register.load(context, text)


app = Helpdesk()
