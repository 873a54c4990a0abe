"""The classroom as an app of the signaling server: ``python -m signaling classroom.app:app``."""

from pathlib import Path

from classroom import demo, wire
from classroom.lessons import Lessons, access_one_lesson, access_photo
from classroom.policy import ClassroomPolicy
from classroom.purge import Purge
from classroom.questions import Questions
from classroom.views import ClassroomView, LessonSource
from signaling.api import Context, DemoPerson, Login, Page, Part, Person


class Classroom:
    """Implements ``signaling.api.App``."""

    name = "classroom"
    migrations = Path(__file__).parent / "migrations"

    def build(self, context: Context) -> Part:
        """Wire handlers, views and doors to the services of this process."""
        policy = ClassroomPolicy(context)
        questions, lessons = Questions(context, policy), Lessons(context)

        async def access_log(login: Login, log_id: str) -> int:
            async with context.database.read() as tx:
                await access_one_lesson(tx, login, log_id=log_id)
            return 0

        async def access_file(login: Login, file_id: str) -> None:
            async with context.database.read() as tx:
                owner = await context.files.owner(tx, "classroom", file_id)
                await access_photo(tx, login, file_id, owner, context.clock())

        return Part(
            handlers={
                wire.Ask: questions.ask,
                wire.ChangeQuestion: questions.change,
                wire.Cancel: questions.cancel,
                wire.Checked: questions.checked,
                wire.SetFree: lessons.set_free,
                wire.WriteNote: lessons.write_note,
                wire.Say: lessons.say,
            },
            views={"classroom": ClassroomView(context, policy), "lesson": LessonSource(context)},
            call_policy=policy,
            access_log=access_log,
            access_file=access_file,
            takes_photos=True,
            pages=[Page(r"/classe/{handle}{rest:(/.*)?}", "classe.html")],
            sweeps=Purge(context).sweeps(),
        )

    def home(self, person: Person, login: str) -> str:
        """One page for all roles; it shows what the view says."""
        return f"/classe/{login}"

    async def seed(self, context: Context) -> list[DemoPerson]:
        """Make the demonstration class."""
        return await demo.seed(context)


app = Classroom()
