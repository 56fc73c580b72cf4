import type { Sayings } from '../telling.ts'

/** People, sessions, keys, tenants and comments. */
export const GERMAN_WORKSPACES: Sayings = {
  'A key has no account.': 'Ein Schlüssel hat kein Konto.',
  'Sign in as a person.': 'Melden Sie sich als Person an.',
  'You came in through a provider of identities: password and second factor are looked after there.':
    'Sie haben sich über einen Identitätsanbieter angemeldet: dort werden Passwort und zweiter Faktor verwaltet.',
  'Sign in with a password to change them here.': 'Um sie hier zu ändern, melden Sie sich mit einem Passwort an.',
  'There is a second factor already.': 'Es gibt schon einen zweiten Faktor.',
  'Remove it first.': 'Entfernen Sie ihn zuerst.',
  'This link was used, replaced, or is over.': 'Dieser Link wurde verwendet, ersetzt oder ist abgelaufen.',
  'Ask for a new one.': 'Fordern Sie einen neuen an.',
  'This person works in a workspace that you do not administer.': 'Diese Person arbeitet in einem Arbeitsbereich, den Sie nicht verwalten.',
  'Ask somebody who administers all of them.': 'Fragen Sie jemanden, der alle davon verwaltet.',
  'There is no such session of yours.': 'Eine solche Sitzung haben Sie nicht.',
  'This member has no second factor.': 'Dieses Mitglied hat keinen zweiten Faktor.',
  'There is no such workspace in this installation.': 'Diesen Arbeitsbereich gibt es in dieser Installation nicht.',
  'There is no such invitation in this workspace.': 'Diese Einladung gibt es in diesem Arbeitsbereich nicht.',
  'There is no such member in this workspace.': 'Dieses Mitglied gibt es in diesem Arbeitsbereich nicht.',
  'This is not the setup token, or its 15 minutes are over.': 'Das ist nicht der Einrichtungsschlüssel, oder seine 15 Minuten sind vorbei.',
  'The server prints it when it starts; restart the server for a new one.':
    'Der Server gibt ihn beim Start aus; für einen neuen starten Sie den Server neu.',
  'The address has no account yet: give a name and choose a password.':
    'Zu dieser Adresse gibt es noch kein Konto: nennen Sie einen Namen und wählen Sie ein Passwort.',
  'This invitation was used, taken back, or is over.': 'Diese Einladung wurde verwendet, zurückgenommen oder ist abgelaufen.',
  'The provider did not describe itself at this address.': 'Unter dieser Adresse hat sich der Anbieter nicht beschrieben.',
  'Check the issuer: its description lies below it at /.well-known/openid-configuration.':
    'Prüfen Sie den Aussteller (issuer): seine Beschreibung liegt darunter bei /.well-known/openid-configuration.',
  'The provider gave no e-mail address.': 'Der Anbieter hat keine E-Mail-Adresse genannt.',
  'The provider has not verified the e-mail address.': 'Der Anbieter hat die E-Mail-Adresse nicht bestätigt.',
  'You are no member of this workspace any more.': 'Sie sind kein Mitglied dieses Arbeitsbereichs mehr.',
  'Ask for an invitation.': 'Bitten Sie um eine Einladung.',
  'This workspace asks everybody for a second factor.': 'Dieser Arbeitsbereich verlangt von allen einen zweiten Faktor.',
  'Set one up under Account.': 'Richten Sie ihn unter Konto ein.',
  'This workspace is entered through its provider of identities only.':
    'Dieser Arbeitsbereich ist nur über seinen Identitätsanbieter zugänglich.',
  'Sign out, and sign in with the button of the provider.':
    'Melden Sie sich ab, und melden Sie sich mit der Schaltfläche des Anbieters wieder an.',
  'The way through the provider took too long, or did not begin in this browser.':
    'Der Weg über den Anbieter hat zu lange gedauert oder nicht in diesem Browser begonnen.',
  'There is no second factor to check against.': 'Es gibt keinen zweiten Faktor, gegen den geprüft werden könnte.',
  'Too many wrong codes.': 'Zu viele falsche Codes.',
  'Wait a quarter of an hour, then try again.': 'Warten Sie eine Viertelstunde und versuchen Sie es dann noch einmal.',
  'This code was used already.': 'Dieser Code wurde schon verwendet.',
  'Wait for the next one: the app shows a new code every half minute.':
    'Warten Sie auf den nächsten: die App zeigt jede halbe Minute einen neuen Code.',
  'The request was refused.': 'Die Anfrage wurde abgelehnt.',
  'Check both. An administrator can invite you again.': 'Prüfen Sie beides. Wer den Arbeitsbereich verwaltet, kann Sie neu einladen.',
  'Only who wrote a comment can take it back.': 'Einen Kommentar kann nur zurücknehmen, wer ihn geschrieben hat.',
  'Resolve the thread instead, or ask an administrator.':
    'Erledigen Sie stattdessen den Faden, oder fragen Sie jemanden mit Administratorrechten.',
  'There is no such document.': 'Dieses Dokument gibt es nicht.',
  'You would lock yourself out.': 'Sie würden sich selbst aussperren.',
  'Set up a second factor of your own, or sign in through the provider once, and then switch passwords off.':
    'Richten Sie selbst einen zweiten Faktor ein, oder melden Sie sich einmal über den Anbieter an, und schalten Sie dann Passwörter ab.',
  'Set the provider up first.': 'Richten Sie zuerst den Anbieter ein.',
  'There is no such key in this workspace.': 'Diesen Schlüssel gibt es in diesem Arbeitsbereich nicht.',
  'A key cannot do more than whoever makes it.': 'Ein Schlüssel darf nicht mehr, als darf, wer ihn erstellt.',
  'Only an administrator of a workspace may make another one.':
    'Einen weiteren Arbeitsbereich darf nur anlegen, wer schon einen verwaltet.',
  'Ask an administrator to make it and to invite you.': 'Bitten Sie jemanden mit Administratorrechten, ihn anzulegen und Sie einzuladen.',
}
