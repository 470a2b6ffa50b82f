// The page without a network: its files stay on the device, and a newer version takes over when the page is opened.

/** Whether the page will open without a network from now on. @returns {Promise<boolean>} */
export async function keptOffline() {
  if (!('serviceWorker' in navigator)) return false; // not over plain http, and not in every browser
  const workers = navigator.serviceWorker, updates = Boolean(workers.controller);
  workers.addEventListener('controllerchange', () => { if ((updates || !crossOriginIsolated) && untouched()) location.reload(); });
  try {
    const registration = await workers.register(new URL('sw.js', import.meta.url));
    if (untouched()) registration.waiting?.postMessage('take over');
    await workers.ready;
    return true;
  } catch {
    return false;
  }
}


/** Nobody has begun anything on the page that loading it anew would interrupt. */
function untouched() { return !navigator.userActivation?.hasBeenActive; }
