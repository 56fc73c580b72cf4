/** What a text that a person sent means for us: `stop` ends marketing, `start` asks for it again, `help` asks who we are. */
export type Revocation = 'stop' | 'start' | 'help' | 'none'

const phrases = (text: string): ReadonlySet<string> => new Set(text.split('|'))

/** What means it when it stands alone: 47 CFR 64.1200(a)(10), the carriers' lists (CTIA), and the same in other languages. Without accents. */
const STOP = phrases(
  'stop|stopall|stop all|stop sms|quit|end|revoke|optout|opt out|opt-out|cancel|unsubscribe|remove|remove me|stopp|stoppen|abmelden|abbestellen|arret|arreter|desabonner|desinscrire|baja|alto|parar|para|cancelar|salir|basta|annulla|cancella|disiscrivi|stoppa|avsluta|avmelding|afmelden|uitschrijven|sair|remover|koniec|wypisz',
)
const START = phrases('start|yes|unstop|subscribe|resume|opt in|optin|opt-in|anmelden|oui|ja|si|alta|iniciar|iscriviti')
const HELP = phrases('help|info|hilfe|aide|ayuda|aiuto|ajuda|hulp|hjalp|hjelp|pomoc')

/** Free text that asks for an end. Accents are gone by then. */
const ASKS: readonly RegExp[] = [
  // English
  /\b(stop|quit|cease)\b.{0,20}\b(text|texts|texting|message|messages|messaging|sms|sending|contacting|writing|calling|bothering|spamming|email|emails|emailing|it|this|these)\b/g,
  /\bend (these|the|all|your) (texts|messages|sms|emails)\b/g,
  /\b(please|pls|plz)\b.{0,12}\bstop\b/g,
  /\bstop\b.{0,12}\b(please|pls|plz|now|already)\b/g,
  /\b(don't|dont|do not|never|no longer)\b.{0,15}\b(text|texts|message|messages|contact|email|emails|write|call|send|bother)\b/g,
  /\b(unsubscribe|opt|take|remove|delete)\b.{0,6}\b(me|my number|us)\b.{0,12}(\bout\b|\boff\b|\bfrom\b|$)/g,
  /\b(want|like|wish)\b.{0,12}\b(to )?(unsubscribe|opt out|opt-out|be removed|cancel)\b/g,
  /\bi (revoke|withdraw)\b/g,
  /\bno more\b.{0,12}\b(text|texts|messages|sms|emails)\b/g,
  /\b(leave me alone|lose my number|wrong number)\b/g,
  // German
  /\bkeine\b.{0,20}\b(nachrichten|sms|mails?|werbung)\b/g,
  /\bnicht mehr (schreiben|schicken|senden|kontaktieren)\b/g,
  /\b(horen sie auf|hor auf|bitte aufhoren|melden sie mich ab|austragen|widerrufe)\b/g,
  // French
  /\b(arretez|arrete|cessez|stoppez|desinscri\w*|desabonn\w*)\b/g,
  /\bne (m'|me |plus )?(envoyez|contactez|ecrivez|recevoir)\b.{0,8}\b(plus|pas|de|messages?|sms)\b/g,
  /\bplus de (messages?|sms|mails?)\b/g,
  // Spanish
  /\b(deje|dejen|deja|pare|paren) de (enviar|mandar|escribir)\w*/g,
  /\bno\b.{0,6}\b(quiero|deseo) (mas|recibir)\b/g,
  /\bno me (envie|envien|mande|manden|escriba|escriban|contacte|contacten)\b/g,
  /\b(darme|dame|denme|deme) de baja\b/g,
  // Italian, Portuguese, Dutch
  /\b(smettetela|smettila|non (inviate|mandate|scrivete|voglio (piu|ricevere)))\b/g,
  /\b(pare|parem) de (enviar|mandar)\b|\bnao (quero (mais|receber)|envie|envies|mande)\b/g,
  /\bgeen (berichten|sms|mails?) meer\b|\bschrijf me uit\b/g,
]

/** What turns such words round: “don't stop”, “stop by the shop”, “I did not get your message”. */
const NOT_MEANT: readonly RegExp[] = [
  /\b(don't|dont|do not|never|won't|can't|cannot|couldn't)\b.{0,6}\b(stop|quit|cancel|unsubscribe|end|remove)\b/g,
  /\b(non[- ]?stop|stop (by|in|over|at|off|for|sign)|bus stop|pit stop|full stop)\b/g,
  /\b(didn't|don't|do not|did not|not) (get|receive|got)\b/g,
  /\bwhy (did|have) you (stop|quit)\w*/g,
  /\b(nicht|nie) aufhoren\b|\bn'?e? ?(vous )?arretez (pas|jamais)\b|\bno (paren?|dejen?)\b/g,
  /\b(don't|do not|dont) (hesitate|forget|worry|mind)\b/g,
]

const POLITE =
  /^(please|pls|plz|bitte|svp|por favor|per favore) | (please|pls|plz|bitte|svp|por favor|per favore|now|thanks|thank you|danke|merci|gracias|grazie)$/g
/** Longer than any text message that only wants out (ten segments). */
const LONGEST = 1_600

/**
 * What the text means. A word alone counts in any language; free text counts where it reasonably asks for an end ("any reasonable means",
 * 47 CFR 64.1200(a)(10)). When in doubt it is `stop`: a message too few harms nobody.
 */
export function revocationOf(text: string): Revocation {
  const said = plain(text)
  if (said === '' || said.length > LONGEST) return 'none'
  const bare = said.replace(POLITE, '')
  if (STOP.has(said) || STOP.has(bare)) return 'stop'
  if (START.has(bare)) return 'start'
  if (HELP.has(bare)) return 'help'
  const meant = NOT_MEANT.reduce((rest, shape) => rest.replace(shape, ' , '), said)
  return ASKS.some((shape) => meant.search(shape) >= 0) ? 'stop' : 'none'
}

/** Lower case, without accents and punctuation, single spaces. */
const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[’‘`´]/g, "'")
    .replace(/[^\p{L}\p{N}'\s-]+/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .replace(/^['\s-]+|['\s-]+$/g, '')
