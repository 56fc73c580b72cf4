import { createElement, type ReactNode } from 'react'

/** What drawings are made of; anything else in one is left out. */
const SHAPES = new Set(['svg', 'g', 'rect', 'line', 'path', 'circle', 'text', 'title'])
const ATTRIBUTES =
  /^(?:xmlns|width|height|viewBox|role|aria-label|x|y|x1|x2|y1|y2|cx|cy|r|rx|d|fill|stroke|transform|class|(?:fill|stroke)-\w+(?:-\w+)?|font-\w+|text-anchor|dominant-baseline)$/

/** A drawing of `reports/draw.ts` as elements: no text of a report is ever read as HTML. */
export function svgElements(svg: string): ReactNode {
  return elementOf(new DOMParser().parseFromString(svg, 'image/svg+xml').documentElement, 0)
}

function elementOf(node: Node, key: number): ReactNode {
  if (node.nodeType === Node.TEXT_NODE) return node.textContent
  if (!(node instanceof Element) || !SHAPES.has(node.localName)) return null
  const attributes = [...node.attributes].filter(({ name }) => ATTRIBUTES.test(name))
  const props = Object.fromEntries(attributes.map(({ name, value }) => [reactName(name), value]))
  return createElement(node.localName, { key, ...props }, ...[...node.childNodes].map(elementOf))
}

/** `font-size` is `fontSize` to React; `aria-label` stays. */
const reactName = (name: string): string =>
  name === 'class' ? 'className' : name.startsWith('aria-') ? name : name.replaceAll(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
