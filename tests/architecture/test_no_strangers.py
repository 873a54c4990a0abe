"""The tree names no download host and no path of the machine on which it was written."""

import re

from tests.support.tree import files, read

# Written in parts, so that this file does not hold what it looks for.
HOSTS = [
    ("pypi", "org"),
    ("pythonhosted", "org"),
    ("registry.npmjs", "org"),
    ("registry.yarnpkg", "com"),
    ("npmmirror", "com"),
    ("deb.debian", "org"),
    ("archive.ubuntu", "com"),
    ("proxy.golang", "org"),
    ("crates", "io"),
    ("nodejs", "org"),
]
PATHS = [("work", ""), ("root", ""), ("home", r"\w"), ("Users", r"\w")]
TEXT = re.compile(
    "|".join(
        [re.escape(".".join(parts)) for parts in HOSTS]
        + [f"(?<![\\w.:)}}-])/{top}/{then}" for top, then in PATHS]
    )
)


def test_no_file_names_a_download_host_or_a_path_of_our_machines():
    found = []
    for path in files():
        try:
            text = read(path)
        except UnicodeDecodeError:
            continue  # a picture or a captured packet
        found += [f"{path}: {match.group()}" for match in TEXT.finditer(text)]
    assert found == []


def test_the_search_finds_what_it_is_for():
    for parts in HOSTS:
        assert TEXT.search(f"https://{'.'.join(parts)}/x")
    assert TEXT.search("".join(["/", "home", "/someone"]))
    assert not TEXT.search("a/work/b and web/root/x")
