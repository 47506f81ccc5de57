"""The page that describes the REST interface, /docs. Its script and style come from this app: no foreign host sees who
reads it, and it opens where there is no way out to the internet."""

from fastapi import FastAPI
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse
from fastapi.staticfiles import StaticFiles

PAGE = "/docs"
ASSETS = f"{PAGE}/assets"
DESCRIPTION = "/openapi.json"


def mount(app: FastAPI) -> None:
    """Serve PAGE and its ASSETS; `app` describes itself at DESCRIPTION and has no such page of its own."""

    @app.get(PAGE, include_in_schema=False)
    async def page() -> HTMLResponse:
        return get_swagger_ui_html(
            openapi_url=DESCRIPTION,
            title=app.title,
            swagger_js_url=f"{ASSETS}/swagger-ui-bundle.js",
            swagger_css_url=f"{ASSETS}/swagger-ui.css",
            swagger_favicon_url=f"{ASSETS}/favicon.png",
            # Otherwise the page offers to have the description checked by a public service.
            swagger_ui_parameters={"validatorUrl": None},
        )

    app.mount(ASSETS, StaticFiles(packages=[("fastapi_offline", "static")]), name="description assets")
