"""Pages, assets and the loader: what is shown where, kept how long, framed and included by whom."""

import aiohttp
import pytest

LOADER = "(() => { const a = 1; })();"


@pytest.fixture
async def session():
    async with aiohttp.ClientSession() as session:
        yield session


@pytest.fixture
async def built(place, tmp_path):
    dist = tmp_path / "dist"
    (dist / "assets").mkdir(parents=True)
    (dist / "index.html").write_text("<!doctype html>welcome" + " " * 500)
    (dist / "classe.html").write_text("<!doctype html>class")
    (dist / "assets" / "app-abc123.js").write_text("let a = 1;" * 100)
    (dist / "icon.svg").write_text("<svg/>")
    (dist / "fenetre.html").write_text("<!doctype html>window")
    (dist / "aide.js").write_text(LOADER)
    (tmp_path / "secret.txt").write_text("secret")
    async with place.serve(dist) as web:
        yield web


async def test_pages_are_asked_for_anew_and_assets_kept(built, session):
    async with session.get(f"{built.base}/assets/app-abc123.js") as response:
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert response.headers["Content-Encoding"] == "gzip"
        assert response.content_type in ("text/javascript", "application/javascript")
    for path, text in (
        ("/", "welcome"),
        ("/entrer", "welcome"),
        ("/classe/abc", "class"),
        ("/classe/a/b", "class"),
        ("/fenetre", "window"),
    ):
        async with session.get(built.base + path) as response:
            assert text in await response.text()
            assert response.headers["Cache-Control"] == "no-cache"
            tag = response.headers["ETag"]
        async with session.get(built.base + path, headers={"If-None-Match": tag}) as response:
            assert response.status == 304
    async with session.get(f"{built.base}/icon.svg") as response:
        assert response.content_type == "image/svg+xml"


async def test_who_takes_no_gzip_gets_plain_bytes(built, session):
    headers = {"Accept-Encoding": "identity"}
    async with session.get(f"{built.base}/assets/app-abc123.js", headers=headers) as response:
        assert "Content-Encoding" not in response.headers
        assert await response.read() == b"let a = 1;" * 100


@pytest.mark.parametrize(
    "path",
    ["/secret.txt", "/..%2fsecret.txt", "/assets/..%2f..%2fsecret.txt", "/nothing", "/assets/nothing.js"],
)
async def test_only_what_was_built_is_served(built, session, path):
    async with session.get(built.base + path) as response:
        assert response.status == 404


async def test_a_client_that_was_not_built_is_said_in_a_sentence(web, session):
    async with session.get(web.base) as response:
        assert response.status == 503
        assert "npm run build" in await response.text()


async def test_every_answer_protects_the_page(built, session):
    for path in ("/", "/nothing", "/health", "/assets/app-abc123.js"):
        async with session.get(built.base + path) as response:
            policy = response.headers["Content-Security-Policy"]
            assert "default-src 'self'" in policy
            assert "frame-ancestors 'none'" in policy
            assert "unsafe" not in policy
            assert policy.endswith(f"connect-src 'self' {built.base.replace('http', 'ws')}")
            assert response.headers["Referrer-Policy"] == "no-referrer"
            assert response.headers["X-Content-Type-Options"] == "nosniff"
            assert "camera=(self)" in response.headers["Permissions-Policy"]
            assert response.headers["Server"] == "Permanence"
            assert "Strict-Transport-Security" not in response.headers, "only under TLS"


async def test_only_a_page_made_for_it_is_framed_and_only_by_the_sites_named(place, built, session):
    place.environment["EMBED_ORIGINS"] = "https://www.ville.example https://*.metropole.example:8443"
    async with place.serve(built.dist) as open_to_some:
        for base, ancestors in (
            (built.base, "'self'"),
            (open_to_some.base, "'self' https://www.ville.example https://*.metropole.example:8443"),
        ):
            async with session.get(f"{base}/fenetre") as response:
                assert f"frame-ancestors {ancestors};" in response.headers["Content-Security-Policy"]
                assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
            for path in ("/", "/classe/abc", "/aide.js", "/nothing"):
                async with session.get(base + path) as response:
                    assert "frame-ancestors 'none';" in response.headers["Content-Security-Policy"]


async def test_any_site_includes_the_loader_and_nothing_else(built, session):
    async with session.get(f"{built.base}/aide.js") as response:
        assert await response.text() == LOADER
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.headers["Cache-Control"] == "public, max-age=300"
        assert response.content_type in ("text/javascript", "application/javascript")
        tag = response.headers["ETag"]
    async with session.get(f"{built.base}/aide.js", headers={"If-None-Match": tag}) as response:
        assert response.status == 304
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    for path in ("/", "/fenetre", "/classe/abc", "/assets/app-abc123.js", "/icon.svg", "/health"):
        async with session.get(built.base + path) as response:
            assert response.headers["Cross-Origin-Resource-Policy"] == "same-origin"
