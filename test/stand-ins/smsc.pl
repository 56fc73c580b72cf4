#!/usr/bin/perl
# A short message centre on the library Net::SMPP (Debian: libnet-smpp-perl), which is nobody's of ours: it speaks SMPP 3.4 on loopback.
# Tells on standard output its port, and one line of JSON for each message. The last two digits of a number say how it behaves.
use strict;
use warnings;
use Net::SMPP;
$| = 1;

my $listen = Net::SMPP->new_listen('127.0.0.1', port => 0, smpp_version => 0x34, async => 1) or die "no port: $!";
print "port ", $listen->sockport, "\n";
my $count = 0;

sub receipt {
  my ($line, $to, $id, $state, $error) = @_;
  $line->deliver_sm(
    source_addr => $to, destination_addr => 'shop', esm_class => 0x04,
    short_message => "id:$id sub:001 dlvrd:001 submit date:2611231200 done date:2611231201 stat:$state err:$error text:"
  );
}

while (my $line = $listen->accept) {
  while (my $pdu = $line->read_pdu) {
    my $command = $pdu->{cmd};
    if ($command == 0x09) {
      if ($pdu->{password} eq 'secret') { $line->bind_transceiver_resp(system_id => 'SMSC', seq => $pdu->{seq}) }
      else { $line->bind_transceiver_resp(system_id => '', status => 0x0e, seq => $pdu->{seq}) }
    } elsif ($command == 0x04) {
      my $to = $pdu->{destination_addr};
      my ($how) = $to =~ /(\d\d)$/;
      my $id = sprintf('mid%04d', ++$count);
      printf "{\"to\":\"%s\",\"from\":\"%s\",\"coding\":%d,\"class\":%d,\"hex\":\"%s\",\"id\":\"%s\"}\n",
        $to, $pdu->{source_addr}, $pdu->{data_coding}, $pdu->{esm_class}, unpack('H*', $pdu->{short_message}), $id;
      if ($how == 2) { $line->submit_sm_resp(message_id => '', status => 0x58, seq => $pdu->{seq}); next }
      if ($how == 3) { $line->submit_sm_resp(message_id => '', status => 0x0b, seq => $pdu->{seq}); next }
      # Takes it, and the line breaks before the answer.
      if ($how == 4) { close $line; last }
      $line->submit_sm_resp(message_id => $id, seq => $pdu->{seq});
      receipt($line, $to, $id, 'DELIVRD', '000') if $how == 1 || $how == 6;
      receipt($line, $to, $id, 'DELIVRD', '000') if $how == 6;
      receipt($line, $to, $id, 'UNDELIV', '011') if $how == 7;
      $line->deliver_sm(source_addr => $to, destination_addr => 'shop', esm_class => 0, short_message => 'Please stop texting me') if $how == 8;
    } elsif ($command == 0x15) { $line->enquire_link_resp(seq => $pdu->{seq}) }
    elsif ($command == 0x06) { $line->unbind_resp(seq => $pdu->{seq}); close $line; last }
    elsif ($command == 0x80000005) { printf "{\"answered\":%d}\n", $pdu->{status} }
  }
}
