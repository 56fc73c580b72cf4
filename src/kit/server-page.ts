/** The page as the server gives it now, not as this tab got it. A TypeError: the server cannot be reached. */
export const serverPage = async (): Promise<string> => {
  const page = await fetch('/', { headers: { accept: 'text/html' }, cache: 'no-store' })
  return page.text()
}
