// Runs before the first paint, so that a dark screen never flashes white. It is a file because inline scripts are forbidden.
{
  const wanted = localStorage.getItem('theme')
  const system = matchMedia('(prefers-color-scheme: dark)')
  const show = () => {
    const choice = localStorage.getItem('theme') ?? 'system'
    document.documentElement.dataset.theme = choice === 'system' ? (system.matches ? 'dark' : 'light') : choice
  }
  if (wanted !== 'light' && wanted !== 'dark') localStorage.removeItem('theme')
  system.addEventListener('change', show)
  addEventListener('theme', show)
  addEventListener('storage', show)
  show()
}
