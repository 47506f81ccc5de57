"""What Rasa's process may touch: its interpreter is old and reads what strangers write, so that whoever breaks into it
finds neither the shop's data nor its secrets, and reaches nobody but the app.

It reads its programs, the code and the model; it writes to a folder of its own; it listens at its port and connects to
the app and, where its trackers lie there, to PostgreSQL. On kernels without Landlock it is only kept from gaining
rights.
"""

import shutil
from pathlib import Path

from sqlalchemy.engine import make_url

from bot.operate import training
from bot.operate.landlock import Confinement
from bot.settings import Settings

TRACKERS = "trackers.sqlite3"
_SYSTEM = ("/usr", "/lib", "/lib64", "/bin", "/sbin", "/etc", "/proc", "/sys", "/run/systemd/resolve")
_DEVICES = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom", "/dev/shm")  # noqa: S108 - a device
_POSTGRESQL = 5432


def own_folder(settings: Settings) -> Path:
    """Where Rasa writes; made, and given the trackers that earlier versions kept beside the store."""
    folder = settings.rasa_dir.absolute()
    (folder / "tmp").mkdir(parents=True, exist_ok=True, mode=0o700)
    if not (folder / TRACKERS).exists():
        for ending in ("", "-wal", "-shm"):
            before = settings.data_dir / (TRACKERS + ending)
            if before.exists():
                shutil.move(before, folder / before.name)
    return folder


def confinement(settings: Settings, *, port: int, actions_url: str) -> Confinement:
    """All it needs to run, and no more."""
    folder, data = own_folder(settings), settings.data_dir.absolute().resolve()
    # On a fresh machine the folder of models comes into being after this, with the first training.
    code = {training.MODELS, *training.ROOT.iterdir()}
    code = {each for each in code if each.resolve() != data and each.name != ".git"}
    programs = [training.RASA_PYTHON, training.RASA_PYTHON.resolve().parent.parent]
    inside = [Path(each) for each in (*_SYSTEM, *_DEVICES)]
    where = make_url(actions_url)
    connects = [where.port or (443 if where.drivername == "https" else 80)]
    writes = [folder, *(Path(each) for each in _DEVICES)]
    if settings.tracker_url:
        trackers = make_url(settings.tracker_url)
        if trackers.get_backend_name() == "sqlite":
            writes.append(Path(trackers.database or "").absolute().parent)
        else:
            connects.append(trackers.port or _POSTGRESQL)
    files = [settings.log_file.absolute().parent] if settings.log_file is not None else []
    return Confinement(
        lists=(training.ROOT,),
        reads=(*inside, *programs, *(each.resolve() for each in code)),
        writes=(*writes, *files),
        listens=(port,),
        connects=tuple(connects),
    )
