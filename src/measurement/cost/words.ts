/** What the words of the reports mean, beside the numbers. */
export const COST_WORDS = [
  {
    term: 'Cost',
    means:
      'Everything that was spent in these days, as far as it is known: what providers charged, what was given away, tokens of models, platform, data, and the work of people.',
  },
  {
    term: 'Measured',
    means: 'Somebody was charged it, or gave it away: prices of messages that left, discounts on orders, invoices that were recorded.',
  },
  { term: 'Estimated', means: 'It follows from a price or a share that somebody stated in a `cost-rate` or in a journey.' },
  {
    term: 'Incentive',
    means:
      'What offers give away: discounts of redeemed codes, what an option of a choice says that it costs or gives with each conversion.',
  },
  {
    term: 'People’s work',
    means:
      'The time that the team had something open that they changed or decided, without pauses longer than the stated idle time, at the price of their role. Shown by role, never by person.',
  },
  {
    term: 'Borne by',
    means: 'A monthly sum is shared out day by day, by messages, people or learning of that day; the parts sum to it to the cent.',
  },
] as const

export const RETURN_WORDS = [
  {
    term: 'Return',
    means:
      'Margin that would not be there otherwise (treated against held out), divided by all cost. 1 is what was spent; only a hold-out can tell it.',
  },
  {
    term: 'Interval',
    means:
      'The returns that the data do not speak against, by Fieller’s method; 95 %, however often you look. It may have no upper end when what it is divided by may be nothing.',
  },
  {
    term: 'Marginal',
    means:
      'The same margin divided only by what grows with each person: messages, incentives, tokens. What one more person like these returns.',
  },
  { term: 'Cost of an additional conversion', means: 'All cost divided by conversions that would not have been.' },
  {
    term: 'Credited value',
    means: 'What treated people bought within the goal’s time, whether or not they would have bought anyway. Credit, not cause.',
  },
] as const
