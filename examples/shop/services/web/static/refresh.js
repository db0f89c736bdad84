// Keeps the list of orders fresh without reloading the page, so that what is being typed stays.
setInterval(async () => {
  try {
    const answer = await fetch(location.href, { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    for (const id of ["orders", "counts"]) {
      document.getElementById(id).replaceWith(fresh.getElementById(id));
    }
  } catch {
    // The shop is being restarted: the next turn finds it again.
  }
}, 1000);
