"""The commands about builds of images, one file each."""
