import { count, plural } from '#kit/format.ts'
import { words } from '#kit/words.ts'

const menschen = (n: number): string => `${count(n)} ${n === 1 ? 'Person' : 'Personen'}`

interface Met {
  readonly people: number
  readonly first: string
  readonly second: string
  readonly hours: number
}
interface Hours {
  readonly from: string
  readonly to: string
  readonly channel: string
  readonly days: string
}

export const CALENDAR_WORDS = words(
  {
    calendar: 'Calendar',
    lead: 'What is to go out, to whom, and where it meets. Times of schedules are exact; how many people it will be is an estimate until it has gone out.',
    view: 'View',
    views: { month: 'Month', week: 'Week', list: 'List' },
    earlier: 'Earlier',
    later: 'Later',
    today: 'Today',
    zone: (zone: string) => `Days and times in ${zone}`,
    channel: 'Channel',
    segment: 'Segment',
    journey: 'Journey',
    every: 'All',
    export: 'Download (.ics)',
    newCampaign: 'New campaign',
    kinds: { sent: 'Sent', once: 'Once', again: 'Recurring', date: 'People’s dates', wait: 'Waits that end' },
    status: {
      planned: 'Planned',
      held: 'Journey stands still',
      running: 'On its way',
      paused: 'Paused',
      done: 'Done',
      cancelled: 'Stopped',
      missed: 'Missed',
    },
    people: (n: number, exact: boolean) => `${exact ? '' : 'about '}${plural(n, 'person', 'people')}`,
    unknown: 'number not known',
    exactTime: 'time exact',
    estimatedTime: 'estimated from people who are there now',
    ownTime: 'everyone’s own time',
    move: 'Move…',
    moveNamed: (name: string) => `Move ${name}`,
    moveTo: 'New date and time',
    moveHint: (zone: string) => `In ${zone}`,
    moveNow: 'Move',
    cancel: 'Cancel',
    moved: (name: string, local: string) => `“${name}” goes out on ${local.replace('T', ' at ')}`,
    undo: 'Undo',
    drag: 'A campaign that goes out once can be dragged to another day, or moved by its button.',
    nothing: 'Nothing is planned here',
    nothingText: 'Plan a campaign, or look at another week.',
    noneShown: 'these filters',
    collisions: 'Meets within a day',
    collision: ({ people, first, second, hours }: Met) =>
      `${plural(people, 'person', 'people')} would get “${first}” and “${second}” ${hours < 1 ? 'within the hour' : `${plural(hours, 'hour')} apart`}.`,
    noCollisions: 'No audience gets two campaigns within a day.',
    pressure: 'Against the caps',
    load: (planned: number, max: number, per: string) => `${count(planned)} planned, at most ${count(max)} per ${per}`,
    over: 'Over the cap: some of it will not go out',
    noPressure: 'No cap counts what is planned here.',
    quiet: 'Quiet hours',
    quietLine: ({ from, to, channel, days }: Hours) =>
      `${from} to ${to}, ${channel}${days === '' ? '' : `, ${days}`}, by each person’s clock`,
    everyChannel: 'every channel',
    noQuiet: 'There are no quiet hours.',
    waiting: (looked: number, people: number) =>
      looked < people ? `People’s own times are estimated from ${count(looked)} of ${plural(people, 'person', 'people')}.` : '',
    when: 'When',
    what: 'What',
    who: 'To whom',
    howMany: 'How many',
    sure: 'How sure',
    deeds: 'Move',
    holiday: (names: string) => `Holiday: ${names}`,
    dayLabel: (n: number) => plural(n, 'sending'),
  },
  {
    de: {
      calendar: 'Kalender',
      lead: 'Was hinausgehen soll, an wen, und wo es sich trifft. Zeiten von Zeitplänen sind genau; wie viele es sein werden, ist bis zum Versand geschätzt.',
      view: 'Ansicht',
      views: { month: 'Monat', week: 'Woche', list: 'Liste' },
      earlier: 'Früher',
      later: 'Später',
      today: 'Heute',
      zone: (zone) => `Tage und Uhrzeiten in ${zone}`,
      channel: 'Kanal',
      segment: 'Segment',
      journey: 'Journey',
      every: 'Alle',
      export: 'Herunterladen (.ics)',
      newCampaign: 'Neue Kampagne',
      kinds: { sent: 'Gesendet', once: 'Einmal', again: 'Wiederkehrend', date: 'Daten der Personen', wait: 'Endende Wartezeiten' },
      status: {
        planned: 'Geplant',
        held: 'Journey steht still',
        running: 'Unterwegs',
        paused: 'Angehalten',
        done: 'Erledigt',
        cancelled: 'Beendet',
        missed: 'Verpasst',
      },
      people: (n, exact) => `${exact ? '' : 'etwa '}${menschen(n)}`,
      unknown: 'Anzahl unbekannt',
      exactTime: 'Zeit genau',
      estimatedTime: 'geschätzt nach den Personen, die jetzt da sind',
      ownTime: 'Ortszeit jeder Person',
      move: 'Verschieben …',
      moveNamed: (name) => `${name} verschieben`,
      moveTo: 'Neues Datum mit Uhrzeit',
      moveHint: (zone) => `In ${zone}`,
      moveNow: 'Verschieben',
      cancel: 'Abbrechen',
      moved: (name, local) => `„${name}“ geht am ${local.replace('T', ' um ')} hinaus`,
      undo: 'Rückgängig',
      drag: 'Eine einmalige Kampagne lässt sich auf einen anderen Tag ziehen oder mit ihrer Schaltfläche verschieben.',
      nothing: 'Hier ist nichts geplant',
      nothingText: 'Planen Sie eine Kampagne, oder sehen Sie sich eine andere Woche an.',
      noneShown: 'diese Filter',
      collisions: 'Trifft sich innerhalb eines Tages',
      collision: ({ people, first, second, hours }) =>
        `${menschen(people)} bekämen „${first}“ und „${second}“ ${hours < 1 ? 'innerhalb einer Stunde' : `im Abstand von ${count(hours)} Std.`}.`,
      noCollisions: 'Keine Zielgruppe bekommt innerhalb eines Tages zwei Kampagnen.',
      pressure: 'Gemessen an den Obergrenzen',
      load: (planned, max, per) => `${count(planned)} geplant, höchstens ${count(max)} je ${per}`,
      over: 'Über der Obergrenze: Ein Teil wird nicht gesendet',
      noPressure: 'Keine Obergrenze zählt, was hier geplant ist.',
      quiet: 'Ruhezeiten',
      quietLine: ({ from, to, channel, days }) =>
        `${from} bis ${to}, ${channel}${days === '' ? '' : `, ${days}`}, nach der Uhr jeder Person`,
      everyChannel: 'jeder Kanal',
      noQuiet: 'Es gibt keine Ruhezeiten.',
      waiting: (looked, people) =>
        looked < people ? `Eigene Zeiten der Personen sind nach ${count(looked)} von ${menschen(people)} geschätzt.` : '',
      when: 'Wann',
      what: 'Was',
      who: 'An wen',
      howMany: 'Wie viele',
      sure: 'Wie sicher',
      deeds: 'Verschieben',
      holiday: (names) => `Feiertag: ${names}`,
      dayLabel: (n) => `${count(n)} ${n === 1 ? 'Sendung' : 'Sendungen'}`,
    },
  },
)
