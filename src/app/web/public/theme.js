// Runs before the first paint, so that a dark screen never flashes white. It is a file because inline scripts are forbidden.
{
  const wanted = localStorage.getItem('theme')
  const system = matchMedia('(prefers-color-scheme: dark)')
  const root = document.documentElement
  // Another theme is there at once: its colours must not meet those of the old one on the way, unreadable for a moment.
  const turn = (theme) => {
    if (root.dataset.theme === theme) return
    root.dataset.turning = ''
    root.dataset.theme = theme
    // Reading a style takes the new colours over now, while nothing may move.
    if (document.body) void getComputedStyle(document.body).color
    delete root.dataset.turning
  }
  const show = () => {
    const choice = localStorage.getItem('theme') ?? 'system'
    root.dataset.density = localStorage.getItem('density') ?? 'comfortable'
    root.lang = localStorage.getItem('language') ?? (navigator.language.startsWith('de') ? 'de' : 'en')
    turn(choice === 'system' ? (system.matches ? 'dark' : 'light') : choice)
  }
  if (wanted !== 'light' && wanted !== 'dark') localStorage.removeItem('theme')
  system.addEventListener('change', show)
  addEventListener('theme', show)
  addEventListener('density', show)
  addEventListener('storage', show)
  show()
}
