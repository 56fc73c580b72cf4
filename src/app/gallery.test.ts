import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check } from '#journeys/check.ts'
import { needsOf } from '#journeys/needs.ts'
import { libraryOf, problemsOf } from '#platform/documents-plan.ts'
import { galleryIn, readGallery } from './gallery.ts'
import { GERMAN_GALLERY } from './gallery-german.ts'
import { KINDS } from './kinds.ts'

test('every template of the gallery is sound with what it brings along, and there are at least twelve of three industries', () => {
  const gallery = readGallery()
  assert.ok(gallery.length >= 12)
  assert.deepEqual([...new Set(gallery.map(({ group }) => group))], ['shop', 'saas', 'bank'])
  for (const { id, documents, journey } of gallery) {
    const library = libraryOf(documents as never, KINDS)
    for (const document of documents)
      assert.deepEqual(problemsOf(document as never, KINDS, library), [], `${id}: ${document.kind} ${document.id}`)
    const errors = check(journey, library).filter(({ severity }) => severity === 'error')
    assert.deepEqual(errors, [], id)
    assert.ok(journey.name && journey.description, `${id} says what it is for`)
    assert.ok(
      needsOf(
        journey,
        documents.map(({ body }) => body),
      ).events.length > 0,
      `${id} says what it needs`,
    )
  }
})

test('no two templates of the gallery bring a document of the same name', () => {
  const names = readGallery().flatMap(({ documents }) => documents.map(({ kind, id }) => `${kind} ${id}`))
  assert.deepEqual(names.length, new Set(names).size)
})

test('whoever works in German begins with a German name and description, in the document as on the card', () => {
  const gallery = readGallery()
  assert.deepEqual(Object.keys(GERMAN_GALLERY).toSorted(), gallery.map(({ id }) => id).toSorted())
  for (const { id, journey, documents } of galleryIn(gallery, 'de')) {
    const body = documents.find((each) => each.kind === 'journey' && each.id === id)?.body as { name?: string; description?: string }
    assert.deepEqual([body.name, body.description], GERMAN_GALLERY[id])
    assert.deepEqual([journey.name, journey.description], GERMAN_GALLERY[id])
  }
  assert.equal(galleryIn(gallery, 'en'), gallery)
})
