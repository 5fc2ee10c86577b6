"""솔내신문: a regional paper on NDSoft's CMS."""

from infra.press.outlets import base
from spiders.families.ndsoft import ndsoft

OUTLET = ndsoft(
    name="sollae",
    title="솔내신문",
    home=f"{base('sollae')}/",
    daily=(3, 40),
    delay=0.05,
    evidence="written together with the sample press",
)
