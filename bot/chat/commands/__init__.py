"""The commands of the chat, one file for each subject."""
