// "/" puts the cursor into the page's search field, as on many sites; everything else works without this file.
document.addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input, textarea, select, [contenteditable]");
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || typing) return;
  const field = document.querySelector('form[role="search"] input[name="q"]');
  if (!field) return;
  event.preventDefault();
  field.focus();
  field.select();
});
