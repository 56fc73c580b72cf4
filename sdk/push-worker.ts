/// <reference lib="webworker" />
/** Shows push messages and opens what a tap leads to. Serve it from your own origin, or `importScripts` it into your own worker. */
const worker = self as unknown as ServiceWorkerGlobalScope

interface Shown {
  readonly id: string
  readonly title: string
  readonly body: string
  readonly url?: string
  readonly image?: string
}

worker.addEventListener('push', (event) => {
  const said = event.data?.json() as Shown | undefined
  if (!said) return
  const { title, body, url, image, id } = said
  event.waitUntil(worker.registration.showNotification(title, { body, tag: id, data: { url }, ...(image ? { icon: image } : {}) }))
})

worker.addEventListener('notificationclick', (event) => {
  event.notification.close()
  const { url } = event.notification.data as { url?: string }
  if (url && /^https?:/.test(url)) event.waitUntil(worker.clients.openWindow(url))
})
