"""The desk with a clerk signed in, as `travello-desk demo` opens it: on the bookings, not on the question for a PIN."""

import asyncio
import os


async def desk() -> int:
    from travello_desk import assembly
    from travello_desk.actions import User

    settings = assembly.current_settings()
    assembly.log_to(settings.log_file)
    async with assembly.open_house(settings) as house:
        return await assembly.run_desk(house, User("Ayesha", "clerk"))


if __name__ == "__main__":
    os.environ.setdefault("TEXTUAL_FPS", "120")
    asyncio.run(desk())
