-- The language in which somebody last looked at a screen: letters to colleagues are written in it. Null: nobody knows it yet.
alter table auth_people add column language text;
