import { z } from 'zod'
import { action } from '#lib/action.ts'
import { ModelId } from '../schema.ts'
import { HORIZON_NAMES } from './heads.ts'

export const ExportPattern = action({
  name: 'models.onnx',
  does: 'Gives the network of a pattern model as an ONNX file, for tools beside Cadenza.',
  may: 'models:read',
  route: 'GET /api/models/:id/snapshots/:serial/onnx',
  input: z.object({ id: ModelId, serial: z.coerce.number().int().positive() }),
  output: z.object({
    /** The file in base64; its inputs and outputs are named in it. */
    file: z.string(),
    /** Event names by type index: 0 is the clock's question, 1 every name that is not here. */
    vocabulary: z.array(z.string()),
    target: z.string(),
    within: z.enum(HORIZON_NAMES),
    /** Whether the network answers in service, or the counts beside it do. */
    serves: z.enum(['network', 'baseline']),
  }),
})
