"""Read messages of the simulated chat, and use the buttons and menus below them."""


def components(message):
    """The buttons and menus of a message or response, by their ids without prefix and number."""
    items = [item for row in getattr(message, "message", message).components for item in row.children if item.custom_id]
    return {item.custom_id.removeprefix("rw:").rpartition(":")[0]: item for item in items}


def fields(message):
    return {field.name: field.value for field in message.embeds[0].fields}


def plain_fields(message):
    """The fields without the backslashes that escape Markdown."""
    return {name: value.replace("\\", "") for name, value in fields(message).items()}


def plain_description(message):
    return message.embeds[0].description.replace("\\", "")


def last_text(channel):
    """The text of the channel's last message, or the description of its embed."""
    message = channel.last_message
    return message.content or message.embeds[0].description


def plain_last_text(channel):
    return last_text(channel).replace("\\", "")


def private_text(result):
    """What only the member who used a command or button can see."""
    messages = [message for message in (result.response, *result.followups) if message]
    return " ".join(message.content.replace("\\", "") for message in messages if message.ephemeral)


def refetch(channel, message):
    """The message as it is now."""
    return next(current for current in channel.history() if current.id == message.id)


async def press(member, message, name):
    return await member.click(message, custom_id=components(message)[name].custom_id)


async def choose(member, message, name, values):
    custom_id = components(message)[name].custom_id
    return await member.select(message, [str(value) for value in values], custom_id=custom_id)


async def poll_and_deliver(program, channel):
    """Poll every source and deliver the alerts; returns the channel's last message."""
    assert not (await program.poll()).failed
    await program.deliver()
    return channel.last_message
