/** Words that the commonest passwords are made of, without the digits and marks that people put around them. */
export const COMMON_PASSWORD_STEMS: ReadonlySet<string> = new Set(
  `password passwort passw0rd passwd kennwort geheim secret letmein welcome willkommen admin administrator root login master hallo hello
  iloveyou ichliebedich loveyou princess prinzessin dragon monkey football fussball baseball basketball superman batman spiderman starwars
  pokemon naruto minecraft fortnite shadow sunshine flower butterfly schatz schatzi sommer summer winter fruehling frühling herbst autumn
  spring january february march april june july august september october november december januar februar juni juli oktober dezember monday
  friday sunday montag freitag sonntag qwerty qwertz qwertyuiop qwertzuiop asdfgh asdfghjkl zxcvbnm yxcvbnm abcdef abcdefgh abc test testing
  tester guest gast user username benutzer demo default changeme change changeit computer internet google facebook microsoft windows apple
  iphone samsung android linux ubuntu oracle mysql postgres database server cisco company firma office business money freedom whatever
  trustno trustnoone michael jennifer jessica daniel thomas andreas stefan christian alexander sebastian matthias martin michelle nicole
  ashley amanda andrew charlie george jordan hunter thomas robert joshua matthew anthony william hannah samantha liverpool chelsea arsenal
  bayern barcelona berlin hamburg muenchen münchen deutschland germany america london ferrari mercedes porsche harley mustang corvette yamaha
  cheese cookie chocolate banana orange pepper ginger tigger maggie buster snoopy purple silver golden diamond killer ranger soccer hockey
  jesus heaven angel angels blessed family familie mother father baby babygirl lovely forever friends freunde correcthorsebatterystaple
  letmeinplease opensesame access pass iloveyouforever superuser supersecret topsecret mypassword meinpasswort thisismypassword yourpassword
  passwordpassword adminadmin rootroot nopassword keinpasswort qazwsx qazwsxedc zaqwsx wsxedc einszweidrei onetwothree`
    .split(/\s+/)
    .filter(Boolean),
);
