"""Images where no platform judges them: a person looks at each."""

from errand_domain.ports.image_check import ImageCheck, SubmittedImage, Unjudged


class ImagesByHand(ImageCheck):
    """Judges none. Every image is shown, and waits for somebody to look at it."""

    async def submit(self, image: SubmittedImage) -> Unjudged:  # noqa: ARG002 - it is nobody's to judge
        """That a person must look."""
        return Unjudged()
