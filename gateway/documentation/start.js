// Shows the document; "try it out" sends requests to this host only.
window.addEventListener("load", () => {
  SwaggerUIBundle({
    url: "/docs/openapi.json",
    dom_id: "#documentation",
    deepLinking: true,
    docExpansion: "none",
    validatorUrl: null,
    presets: [SwaggerUIBundle.presets.apis],
    layout: "BaseLayout",
  });
});
