"""The MCP door: streamable HTTP at /mcp, by the official SDK, which is loaded when somebody first knocks.

Every request stands alone: no session is kept, no stream is held open, and the index is looked up anew each time.
"""

from __future__ import annotations

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import anyio
import anyio.to_thread
from fastapi import FastAPI, Request
from pydantic import ValidationError
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from .body import MAX_BODY_BYTES
from .deps import resources_of
from .errors import Rejected, invalid, problem_of
from .mcp_tools import TOOLS
from .schemas import Problem

if TYPE_CHECKING:
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
    from mcp.types import CallToolResult

PATH = "/mcp"

_INSTRUCTIONS = (
    "Questions about medical articles, answered from exact quotes of the articles and nothing else. Show the "
    "sources, notices and disclaimer of an answer with it. What the articles do not say is answered with abstained."
)


def install(app: FastAPI) -> None:
    """Gives `app` the door. It is closed until `opened`."""
    app.state.mcp = _Hinges()
    # A client that wants a stream held open, or a session ended, is told by 405 that there is none.
    app.router.routes.append(Route(PATH, endpoint=_Door(), methods=["POST"], include_in_schema=False))


class _Hinges:
    """What the door turns on: whether somebody knocked, whether that was heard, and who lets in then, if anybody."""

    def __init__(self) -> None:
        self.knocked, self.heard = anyio.Event(), anyio.Event()
        self.manager: StreamableHTTPSessionManager | None = None


@asynccontextmanager
async def opened(app: FastAPI) -> AsyncIterator[None]:
    """Lets in who knocks while the server runs; without the SDK installed the door stays closed, and says what to
    install. The SDK takes as long to load as everything else together, and most servers never need it.
    """
    hinges = app.state.mcp = _Hinges()

    async def listen() -> None:
        await hinges.knocked.wait()
        try:
            manager = await anyio.to_thread.run_sync(_manager)
        except Exception as error:
            # An SDK that does not load must not end the service, whatever it raises.
            if not isinstance(error, ImportError):
                logging.getLogger(__name__).exception("the MCP door stays closed")
            hinges.heard.set()
            return
        async with manager.run():
            hinges.manager = manager
            hinges.heard.set()
            await anyio.sleep_forever()

    async with anyio.create_task_group() as tasks:
        tasks.start_soon(listen)
        try:
            yield
        finally:
            tasks.cancel_scope.cancel()


class _Door:
    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        resources_of(request.app)
        hinges = request.app.state.mcp
        hinges.knocked.set()
        await hinges.heard.wait()
        if hinges.manager is None:
            raise Rejected("not-installed", "Install what this needs with: pip install 'ldnqa[mcp]'")
        origin = request.headers.get("origin")
        # A page of another site must not use the reader's browser to reach a server on the reader's machine.
        if origin is not None and urlsplit(origin).netloc != request.headers.get("host"):
            raise Rejected("foreign-origin", "Pages of other sites cannot use this; programs send no Origin header.")
        await hinges.manager.handle_request(scope, receive, send)


def _manager() -> StreamableHTTPSessionManager:
    """The SDK's server with our tools; ImportError if it is not installed."""
    from mcp import types
    from mcp.server.lowlevel import Server
    from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

    # It logs what it cannot read, and that may be a question. What our tools fail at is logged by `problem_of`.
    logging.getLogger("mcp").setLevel(logging.CRITICAL)

    tools = [
        types.Tool(
            name=name,
            description=tool.about,
            input_schema=tool.takes.model_json_schema(),
            output_schema=tool.gives.model_json_schema(mode="serialization"),
            annotations=types.ToolAnnotations(
                read_only_hint=True, destructive_hint=False, idempotent_hint=True, open_world_hint=False
            ),
        )
        for name, tool in TOOLS.items()
    ]

    async def list_tools(_: Any, __: Any) -> types.ListToolsResult:
        return types.ListToolsResult(tools=tools)

    async def call_tool(context: Any, params: types.CallToolRequestParams) -> CallToolResult:
        return await anyio.to_thread.run_sync(_call, params.name, params.arguments or {}, context.request)

    server: Server[Any] = Server(
        "ldnqa",
        version=version("ldnqa"),
        instructions=_INSTRUCTIONS,
        on_list_tools=list_tools,
        on_call_tool=call_tool,
    )
    return StreamableHTTPSessionManager(
        server, json_response=True, stateless=True, max_request_body_size=MAX_BODY_BYTES
    )


def _call(name: str, arguments: dict[str, Any], request: Request) -> CallToolResult:
    """The result of a tool; a refusal is a result too, which the model that called it can read."""
    from mcp import types

    tool = TOOLS.get(name)
    if tool is None:
        found = f"There is no tool of this name; there are {', '.join(TOOLS)}."
        return types.CallToolResult(content=[types.TextContent(type="text", text=found)], is_error=True)
    try:
        asked = tool.takes.model_validate_json(json.dumps(arguments))
        document, text = tool.call(asked, resources_of(request.app), str(request.base_url).rstrip("/"))
    except ValidationError as error:
        return _refused(invalid([{**fault, "loc": ("body", *fault["loc"])} for fault in error.errors()]))
    except Exception as error:
        return _refused(problem_of(error)[0])
    return types.CallToolResult(
        content=[types.TextContent(type="text", text=text)], structured_content=document.model_dump(mode="json")
    )


def _refused(found: Problem) -> CallToolResult:
    from mcp import types

    text = found.model_dump_json(exclude_none=True)
    return types.CallToolResult(content=[types.TextContent(type="text", text=text)], is_error=True)
