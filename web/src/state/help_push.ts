/** Browser push. Its messages are empty: the service worker shows one fixed sentence. */

/** A framed page of another site may not ask for notifications. */
export function canPush(embedded: boolean): boolean {
  return !embedded && "serviceWorker" in navigator && "PushManager" in window;
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  const text = atob(base64url.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(text, (letter) => letter.charCodeAt(0));
}

/** Asks, subscribes, and gives the endpoint; empty when the person or the browser refuses. */
export async function subscribe(key: string, language: string): Promise<string> {
  if ((await Notification.requestPermission()) !== "granted") return "";
  const asked = new URLSearchParams({ language, home: location.pathname });
  await navigator.serviceWorker.register(`/push.js?${asked.toString()}`);
  const registration = await navigator.serviceWorker.ready;
  const subscription = await registration.pushManager.subscribe({
    userVisibleOnly: true,
    applicationServerKey: bytesOf(key),
  });
  return subscription.endpoint;
}
