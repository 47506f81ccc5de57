"""Words by which an English sentence shows: those that hold sentences together, and what customers ask a shop for.

A Latin word beside them says little in a Chinese conversation: a brand, a name, "SOS", keys hit by accident. Words that
brands are made of ("new", "air", "balance") are left out.
"""

_SENTENCE_WORDS = """
a about after again all already also always am an and another any anyone anything are aren't as ask at away back be
because been before being better between both but by came can can't cannot come could couldn't did didn't do does
doesn't doing don't done dont down each either else enough even every everything for from get gets getting give go goes
going gone got had has hasn't have haven't having he hello her here him his how how's i i'd i'll i'm i've if im in into
is isn't it it's its ive just keep know last later least let like long look lot many may maybe me mine more most much
must my myself need never next not nothing now of off old on once one only or other our out over please pls put
really right said same say see send she should since so some somebody someone something soon still such sure take tell
than thank that that's thats the their them then there there's these they thing things think this those through till
time to today tomorrow too tried try two until up us use used very wait want wanted was wasn't way we we're well went
were what what's whats when where where's wheres which while who whose why will with without won't work works would
wouldn't wrong yesterday yet you your yours you're
"""
_SHOP_WORDS = """
account address answer anyone appointment arrive arrived bill birthday bonus bought box broken buy call
callback cancel card cash change charge charged cheap cheaper chinese claim code collect colour color compare complain
complaint contact coupon customer damaged date day days delete deliver delivered delivery different discount email
english exchange expire expired expiring fault faulty fee find fix free gift goods gold human invoice item join late
leave level loyalty manager member membership message messages missing money month name number offer offers open order
ordered orders package paid parcel parsel pay payment person phone platinum points price privacy problem product
promotion purchase question rate receipt receive received redeem refund refunded reply return returning returns reward
rewards sale service ship shipped shipping shop silver size sold speak staff status stock stolen store subscribe
suggestion support swap talk terms terrible tier track tracking unsubscribe voucher vouchers warranty week weeks year
"""

ENGLISH_WORDS = frozenset((_SENTENCE_WORDS + _SHOP_WORDS).split())
