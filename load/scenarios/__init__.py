"""What pupils and volunteers do, from the personal link to hanging up; asyncio, inside the driver process."""
