// Proves that a theme's own script runs under the pages' content policy.
document.documentElement.dataset.beam = "on";
