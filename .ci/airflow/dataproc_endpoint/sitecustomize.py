"""Lets Airflow's Dataproc operators reach the stand-in of CI, whose address DATAPROC_EMULATOR_HOST holds.

For BigQuery and Cloud Storage the Google provider can be given an address. Its DataprocHook cannot: it
calls REGION-dataproc.googleapis.com by gRPC, whatever the connection says. Python imports this module at
its start when its folder is in PYTHONPATH. Without the variable it does nothing.

Changed are the clients of google.cloud.dataproc_v1 alone, not the operators, hooks and triggers under test:

- clients are made with their own transport "rest", the address, and anonymous credentials, in place of
  what the hook gives them;
- the methods of asynchronous clients, which the triggerer uses, run those of the synchronous client in a
  thread, since there is no asynchronous transport for REST;
- errors get the class they have over gRPC: over REST an AlreadyExists, which the operators handle, would
  be a mere Conflict.

The modules of the clients are changed when something imports them, so that no process pays for an import
that it does not need.
"""

import os
import sys
from importlib.machinery import PathFinder

ENDPOINT = os.environ.get("DATAPROC_EMULATOR_HOST")
SERVICES = "google.cloud.dataproc_v1.services."


def change_client(module):
    """Clients dial the stand-in, with REST."""
    for client in clients(module, "Client"):
        change_constructor(client)


def change_constructor(client):
    original = client.__init__

    def constructor(self, *, client_info=None, **_given):
        from google.auth.credentials import AnonymousCredentials

        options = {"client_info": client_info} if client_info else {}
        original(
            self,
            credentials=AnonymousCredentials(),
            transport="rest",
            client_options={"api_endpoint": ENDPOINT},
            **options,
        )

    client.__init__ = constructor


def change_async_client(module):
    """Asynchronous clients, whose _client is a synchronous one that was changed above, call it in threads."""
    import inspect

    for client in clients(module, "AsyncClient"):
        for name, member in list(vars(client).items()):
            if inspect.iscoroutinefunction(member) and not name.startswith("__"):
                setattr(client, name, in_thread(name))
        client.transport = property(lambda self: AsyncTransport(self._client.transport))


def in_thread(name):
    async def call(self, *args, retry=None, **kwargs):
        import asyncio

        from google.api_core.retry import Retry

        if isinstance(retry, Retry):
            # An AsyncRetry is for coroutines.
            kwargs["retry"] = retry
        return await asyncio.to_thread(getattr(self._client, name), *args, **kwargs)

    call.__name__ = name
    return call


class AsyncTransport:
    """A transport whose operations are asked for asynchronously."""

    def __init__(self, transport):
        self._transport = transport

    def __getattr__(self, name):
        return getattr(self._transport, name)

    @property
    def operations_client(self):
        return AsyncOperations(self._transport.operations_client)


class AsyncOperations:
    """A client of operations, in threads."""

    def __init__(self, client):
        self._client = client

    get_operation = in_thread("get_operation")
    cancel_operation = in_thread("cancel_operation")
    delete_operation = in_thread("delete_operation")
    list_operations = in_thread("list_operations")


def change_rest(module):
    """Errors are those of gRPC."""
    module.core_exceptions = Exceptions(module.core_exceptions)


class Exceptions:
    """google.api_core.exceptions, which looks into the body of an answer as well."""

    def __init__(self, module):
        self._module = module

    def __getattr__(self, name):
        return getattr(self._module, name)

    def from_http_response(self, response):
        import grpc

        error = self._module.from_http_response(response)
        try:
            status = grpc.StatusCode[response.json()["error"]["status"]]
        except (ValueError, KeyError, TypeError):
            return error
        kind = self._module.exception_class_for_grpc_status(status)
        return kind(error.message, errors=error.errors, details=error.details, response=response)


def clients(module, suffix):
    """The client classes that a module defines."""
    for name, member in list(vars(module).items()):
        if isinstance(member, type) and member.__module__ == module.__name__ and name.endswith(suffix):
            yield member


class ChangedLoader:
    """Loads a module, then changes it."""

    def __init__(self, loader, change):
        self._loader = loader
        self._change = change

    def create_module(self, spec):
        return self._loader.create_module(spec)

    def exec_module(self, module):
        self._loader.exec_module(module)
        self._change(module)


class Finder:
    """Finds the modules that are changed."""

    changes = {
        "client": change_client,
        "async_client": change_async_client,
        "transports.rest": change_rest,
    }

    def find_spec(self, fullname, path=None, target=None):
        if not fullname.startswith(SERVICES):
            return None
        # Such as job_controller.transports.rest.
        change = self.changes.get(fullname.removeprefix(SERVICES).partition(".")[2])
        spec = PathFinder.find_spec(fullname, path, target) if change else None
        if spec and spec.loader:
            spec.loader = ChangedLoader(spec.loader, change)
        return spec


if ENDPOINT:
    sys.meta_path.insert(0, Finder())
