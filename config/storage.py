"""Static files named by their content, with the imports between our ES modules rewritten too."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class ModuleStaticFilesStorage(CompressedManifestStaticFilesStorage):
    """WhiteNoise's storage; a module's ``import … from "./x.js";`` gets the hashed name of ``x.js``."""

    support_js_module_import_aggregation = True
