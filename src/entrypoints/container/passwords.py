"""Which passwords are known from breaches: those of the file that the settings name, or none."""

from adapters.crypto.breached_passwords import CorpusInvalid, FileBreachedPasswords
from adapters.memory.credentials import MemoryBreachedPasswords
from entrypoints.settings import Settings, SettingsInvalid
from errand_domain.ports.credentials import BreachedPasswords


def find_breached_passwords(settings: Settings) -> BreachedPasswords:
    """The corpus; raises `SettingsInvalid` for a file that cannot be one."""
    if settings.breached_passwords_file is None:
        return MemoryBreachedPasswords()
    corpus = FileBreachedPasswords(settings.breached_passwords_file)
    try:
        corpus.check()
    except CorpusInvalid as fault:
        raise SettingsInvalid(f"ERRAND_BREACHED_PASSWORDS_FILE {fault}") from None
    return corpus
