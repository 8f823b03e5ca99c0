"""The commands of `datagen`, one file each; a command's imports happen when it is called."""
