"""The asyncio process that drives the synthetic persons, and its owner in Locust's gevent process.

gevent and asyncio never share a process: with patched threads and queues the media libraries run without failing
and give wrong figures. So one driver for each Locust process, JSON lines between them: ``messages`` names them,
``owner`` is the gevent side, ``python -m load.driver`` the asyncio side.
"""
