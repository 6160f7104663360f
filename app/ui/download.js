// Saves what the server made of an answer; the component itself shows nothing.
watch("value", () => {
  const made = props.value;
  if (!made || !made.data) return;
  const bytes = Uint8Array.from(atob(made.data), (letter) => letter.charCodeAt(0));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([bytes], { type: made.media }));
  link.download = made.name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
});
