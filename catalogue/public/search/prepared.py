"""Statements that are asked for many times a second, parsed by the database once a connection."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import DatabaseError, connection


def run_prepared(statement: str, parameters: dict[str, Any]) -> Any:
    """The first row of a statement that the database parses once a connection, values in binary.

    Used on the paths that are asked for many times a second; a connection that the server has closed
    is opened again instead of being tried before each use.
    """
    for attempt in (1, 2):
        connection.ensure_connection()
        try:
            with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
                cursor.execute(statement, parameters, prepare=True, binary=True)
                return cursor.fetchone()
        except DatabaseError:
            if attempt == 2 or connection.in_atomic_block or not connection.connection.closed:
                raise
            connection.close()
    return None
