"""The names of arXiv's categories in a few words, for facets and kickers; other codes stand for themselves.

Shortened from arXiv's published taxonomy; an archive's name serves every category of it that is not listed.
"""

from collections.abc import Mapping
from types import MappingProxyType

_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "cs.AI": "Artificial intelligence", "cs.AR": "Hardware", "cs.CC": "Complexity",
        "cs.CE": "Computational engineering",
        "cs.CG": "Geometry", "cs.CL": "Language", "cs.CR": "Security", "cs.CV": "Vision", "cs.CY": "Society",
        "cs.DB": "Databases", "cs.DC": "Distributed computing", "cs.DL": "Digital libraries",
        "cs.DM": "Discrete mathematics", "cs.DS": "Algorithms", "cs.ET": "Emerging technologies", "cs.FL": "Automata",
        "cs.GR": "Graphics", "cs.GT": "Game theory", "cs.HC": "Human and computer", "cs.IR": "Retrieval",
        "cs.IT": "Information theory", "cs.LG": "Machine learning", "cs.LO": "Logic", "cs.MA": "Multi-agent systems",
        "cs.MM": "Multimedia", "cs.MS": "Mathematical software", "cs.NA": "Numerical analysis",
        "cs.NE": "Neural and evolutionary computing", "cs.NI": "Networks", "cs.OS": "Operating systems",
        "cs.PF": "Performance", "cs.PL": "Programming languages", "cs.RO": "Robotics", "cs.SC": "Symbolic computation",
        "cs.SD": "Sound", "cs.SE": "Software", "cs.SI": "Social networks", "cs.SY": "Systems and control",
        "eess.AS": "Audio and speech", "eess.IV": "Image and video", "eess.SP": "Signal processing",
        "eess.SY": "Systems and control", "math.OC": "Optimisation", "math.ST": "Statistics theory",
        "math.PR": "Probability", "math.NA": "Numerical analysis", "stat.AP": "Applied statistics",
        "stat.CO": "Computational statistics", "stat.ME": "Statistical methods", "stat.ML": "Machine learning",
        "q-bio.NC": "Neurons and cognition", "q-bio.QM": "Quantitative methods", "q-bio.BM": "Biomolecules",
        "q-bio.GN": "Genomics", "physics.chem-ph": "Chemical physics", "physics.comp-ph": "Computational physics",
        "physics.optics": "Optics", "hep-ex": "Particle experiments", "hep-lat": "Lattice field theory",
        "hep-ph": "Particle phenomenology", "hep-th": "Particle theory", "gr-qc": "Gravity",
        "quant-ph": "Quantum physics",
        "math-ph": "Mathematical physics", "nucl-ex": "Nuclear experiments", "nucl-th": "Nuclear theory",
    }
)  # fmt: skip
_ARCHIVES: Mapping[str, str] = MappingProxyType(
    {
        "astro-ph": "Astrophysics",
        "cond-mat": "Condensed matter",
        "cs": "Computer science",
        "econ": "Economics",
        "eess": "Electrical engineering",
        "math": "Mathematics",
        "nlin": "Nonlinear systems",
        "physics": "Physics",
        "q-bio": "Biology",
        "q-fin": "Finance",
        "stat": "Statistics",
    }
)


def category_name(code: str) -> str:
    """Return the name of a category; the code itself where it has none."""
    return _NAMES.get(code) or _ARCHIVES.get(code.partition(".")[0], code)
