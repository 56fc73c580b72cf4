/** North American area codes by state (NANPA, 2025), the zones of each state, and the codes of states with two zones. */
const STATES: Readonly<Record<string, readonly [zones: string, codes: string]>> = {
  AL: ['Chicago', '205 251 256 334 659 938'],
  AK: ['Anchorage Adak', '907'],
  AZ: ['Phoenix', '480 520 602 623 928'],
  AR: ['Chicago', '327 479 501 870'],
  CA: [
    'Los_Angeles',
    '209 213 279 310 323 341 350 357 369 408 415 424 442 510 530 559 562 619 626 628 650 657 661 669 707 714 738 747 760 805 818 820 831 837 840 858 909 916 925 949 951',
  ],
  CO: ['Denver', '303 719 720 970 983'],
  CT: ['New_York', '203 475 860 959'],
  DC: ['New_York', '202 771'],
  DE: ['New_York', '302'],
  FL: ['New_York Chicago', '239 305 321 324 352 386 407 448 561 645 656 689 727 728 754 772 786 813 850 863 904 941 954'],
  GA: ['New_York', '229 404 470 478 678 706 762 770 912 943'],
  HI: ['Honolulu', '808'],
  IA: ['Chicago', '319 515 563 641 712'],
  ID: ['Boise Los_Angeles', '208 986'],
  IL: ['Chicago', '217 224 309 312 331 447 464 618 630 708 730 773 779 815 847 861 872'],
  IN: ['New_York Chicago', '219 260 317 463 574 765 812 930'],
  KS: ['Chicago Denver', '316 620 785 913'],
  KY: ['New_York Chicago', '270 364 502 606 859'],
  LA: ['Chicago', '225 318 337 457 504 985'],
  MA: ['New_York', '339 351 413 508 617 774 781 857 978'],
  MD: ['New_York', '227 240 301 410 443 667'],
  ME: ['New_York', '207'],
  MI: ['New_York Chicago', '231 248 269 313 517 586 616 679 734 810 906 947 989'],
  MN: ['Chicago', '218 320 507 612 651 763 924 952'],
  MO: ['Chicago', '235 314 417 557 573 636 660 816 975'],
  MS: ['Chicago', '228 601 662 769'],
  MT: ['Denver', '406'],
  NC: ['New_York', '252 336 472 704 743 828 910 919 980 984'],
  ND: ['Chicago Denver', '701'],
  NE: ['Chicago Denver', '308 402 531'],
  NH: ['New_York', '603'],
  NJ: ['New_York', '201 551 609 640 732 848 856 862 908 973'],
  NM: ['Denver', '505 575'],
  NV: ['Los_Angeles Denver', '702 725 775'],
  NY: ['New_York', '212 315 329 332 347 363 516 518 585 607 624 631 646 680 716 718 838 845 914 917 929 934'],
  OH: ['New_York', '216 220 234 283 326 330 380 419 436 440 513 567 614 740 937'],
  OK: ['Chicago', '405 539 572 580 918'],
  OR: ['Los_Angeles Boise', '458 503 541 971'],
  PA: ['New_York', '215 223 267 272 412 445 484 570 582 610 717 724 814 835 878'],
  PR: ['Puerto_Rico', '787 939'],
  RI: ['New_York', '401'],
  SC: ['New_York', '803 821 839 843 854 864'],
  SD: ['Chicago Denver', '605'],
  TN: ['Chicago New_York', '423 615 629 731 865 901 931'],
  TX: ['Chicago Denver', '210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 915 936 940 945 956 972 979'],
  UT: ['Denver', '385 435 801'],
  VA: ['New_York', '276 434 540 571 686 703 757 804 826 948'],
  VT: ['New_York', '802'],
  WA: ['Los_Angeles', '206 253 360 425 509 564'],
  WI: ['Chicago', '262 274 353 414 534 608 715 920'],
  WV: ['New_York', '304 681'],
  WY: ['Denver', '307'],
}
/** Area codes of states with two zones that lie in one of them. */
const ONE_ZONE: Readonly<Record<string, string>> = {
  Chicago:
    '448 850 270 364 219 615 629 731 901 931 210 214 254 281 325 346 361 409 430 432 469 512 682 713 726 737 806 817 830 832 903 936 940 945 956 972 979 316 913 402 531',
  Denver: '915',
  New_York:
    '239 305 321 324 352 386 407 561 645 656 689 727 728 754 772 786 813 863 904 941 954 502 606 859 260 317 463 574 765 423 865 231 248 269 313 517 586 616 679 734 810 947 989',
  Los_Angeles: '702 725 503 971',
}
const CANADA =
  '204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 387 403 416 418 428 431 437 438 450 468 474 506 514 519 548 579 581 584 587 604 613 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942'

const iana = (city: string): string => (city === 'Honolulu' ? 'Pacific/Honolulu' : `America/${city}`)

/** Zones of a state by its two letters. */
export const STATE_ZONES: ReadonlyMap<string, readonly string[]> = new Map(
  Object.entries(STATES).map(([state, [zones]]) => [state, zones.split(' ').map(iana)]),
)
const STATE_OF_CODE = new Map(
  Object.entries(STATES).flatMap(([state, [, codes]]) => codes.split(' ').map((code) => [code, state] as const)),
)
const ZONE_OF_CODE = new Map(
  Object.entries(ONE_ZONE).flatMap(([zone, codes]) => codes.split(' ').map((code) => [code, iana(zone)] as const)),
)
const CANADIAN = new Set(CANADA.split(' '))

/** Where an area code of +1 was given out; undefined: not known, or not in the United States or Canada. */
export function areaOf(
  code: string,
): { readonly country: 'US' | 'CA'; readonly state?: string; readonly zones: readonly string[] } | undefined {
  const state = STATE_OF_CODE.get(code)
  if (state === undefined) return CANADIAN.has(code) ? { country: 'CA', zones: [] } : undefined
  const zone = ZONE_OF_CODE.get(code)
  return { country: 'US', state, zones: zone === undefined ? STATE_ZONES.get(state)! : [zone] }
}

/** States by their English names, lower-cased, for addresses that spell them out. */
export const STATE_NAMES: ReadonlyMap<string, string> = new Map(
  'alabama:AL alaska:AK arizona:AZ arkansas:AR california:CA colorado:CO connecticut:CT delaware:DE district of columbia:DC florida:FL georgia:GA hawaii:HI idaho:ID illinois:IL indiana:IN iowa:IA kansas:KS kentucky:KY louisiana:LA maine:ME maryland:MD massachusetts:MA michigan:MI minnesota:MN mississippi:MS missouri:MO montana:MT nebraska:NE nevada:NV new hampshire:NH new jersey:NJ new mexico:NM new york:NY north carolina:NC north dakota:ND ohio:OH oklahoma:OK oregon:OR pennsylvania:PA puerto rico:PR rhode island:RI south carolina:SC south dakota:SD tennessee:TN texas:TX utah:UT vermont:VT virginia:VA washington:WA west virginia:WV wisconsin:WI wyoming:WY'
    .split(/(?<=:[A-Z]{2}) /)
    .map((pair) => pair.split(':') as [string, string]),
)
