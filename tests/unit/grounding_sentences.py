"""Texts with sentences that say the same in other words, and the same sentences made false in one place, by hand.

Each line below a text is a true sentence, and after `=>` one with a number, date, name or denial altered.
"""

TEXTS = {
    "insurance": (
        "Oakhallow home insurance. Claims department. Dear Mrs Akerele, thank you for letting our surveyor, Mr Piotr "
        "Wenham, look at your kitchen on 7 August. The damage is covered. All amounts are in euros and include tax. You "
        "bear the excess of 350 euros yourself, as agreed in section 4 of your policy. The sum of 4,055 euros will be "
        "paid into your account within 14 days of the date of this letter. The repair of the pipe itself (215 euros) is "
        "not covered, because it had worn out with age. We also cannot pay for the carpet in the hall: according to the "
        "surveyor's report the water did not get that far. Please send us the final invoice for the floor by 30 November "
        "2025. If the work turns out to be cheaper than estimated, we will ask for the difference back only if it is "
        "more than 100 euros. Your premium stays the same. After a second claim for tap water damage within three "
        "years, however, the excess for such damage rises to 700 euros. You may object to this decision in writing "
        "within six weeks. An independent expert can then be appointed; each side bears half of the cost. If you have "
        "any questions, please ring me on extension 218, Monday to Thursday from 8:30 to 16:00.",
        """
        The insurer sent Piotr Wenham to inspect the kitchen on August 7th. => The insurer sent Karl Wenham to inspect \
the kitchen on August 7th.
        Mrs Akerele has to pay the first €350 herself. => Mrs Akerele has to pay the first €450 herself.
        Within two weeks of the letter, 4055 euros are transferred to the account. => Within two weeks of the letter, \
4550 euros are transferred to the account.
        Fixing the pipe, which costs €215, isn't covered since it was worn out by age. => Fixing the pipe, which costs \
€215, is covered since it was worn out by age.
        The hall carpet can't be paid for, as the water never reached it. => The hall carpet can be paid for, as the \
water reached it.
        The floor's final invoice is due by 2025-11-30. => The floor's final invoice is due by 2025-10-30.
        Only a difference above 100 euros will be claimed back. => Only a difference above 150 euros will be claimed back.
        The premium does not change. => The premium does not stay the same.
        A second tap water claim in the next 3 years raises the excess to 700 euros. => A second tap water claim in the \
next 5 years raises the excess to 700 euros.
        You have six weeks to object in writing. => You have eight weeks to object in writing.
        Objections must be made in writing within 6 weeks. => Objections must be made in writing within 16 weeks.
        The cost of the independent expert is shared equally by both sides. => The cost of the independent expert is not \
shared by both sides.
        Questions can be asked by phone on extension 218. => Questions can be asked by phone on extension 281.
        She can be reached Monday to Thursday, 8:30 am to 4 pm. => She can be reached Monday to Friday, 8:30 am to 4 pm.
        """,
    ),
    "heat pump": (
        "Wartungsprotokoll Wärmepumpe. Haustechnik Birkenstein GmbH, Oberlindach. Kundin: Frau Annelie Vossbrink. "
        "Techniker: Jaron Hellwig. Datum: 14. Oktober 2025. Die Wärmepumpe läuft einwandfrei. Seit der letzten Wartung "
        "war sie 2.160 Stunden in Betrieb. Die Jahresarbeitszahl beträgt 3,9. Der Kältemittelkreis wurde auf Dichtheit "
        "geprüft, es wurde kein Leck gefunden. Die Heizkurve wurde von 0,6 auf 0,5 gesenkt, um Strom zu sparen. Bitte "
        "prüfen Sie den Anlagendruck einmal im Monat. Fällt er unter 1,2 bar, muss Wasser nachgefüllt werden. Im "
        "Umkreis von einem Meter dürfen weder Pflanzen noch Gegenstände stehen. Erscheint die Meldung F24, so ist der "
        "Luftfilter verschmutzt. Der Betrag von 227,50 Euro ist innerhalb von 14 Tagen zu überweisen. Die nächste "
        "Wartung ist im Oktober 2026 fällig. Die Garantie auf den Verdichter läuft bis zum 30. Juni 2028; sie gilt nur, "
        "wenn die Anlage jedes Jahr gewartet wird.",
        """
        Jaron Hellwig hat die Anlage am 14.10.2025 gewartet. => Jaron Brandner hat die Anlage am 14.10.2025 gewartet.
        Die Pumpe lief seit der letzten Wartung 2160 Stunden. => Die Pumpe lief seit der letzten Wartung 2610 Stunden.
        Ein Leck wurde nicht gefunden. => Ein Leck wurde gefunden.
        Um Strom zu sparen, wurde die Heizkurve auf 0,5 gesenkt. => Um Strom zu sparen, wurde die Heizkurve auf 0,8 gesenkt.
        Unter 1,2 bar muss man Wasser nachfüllen. => Unter 1,5 bar muss man Wasser nachfüllen.
        Die Meldung F24 bedeutet, dass der Luftfilter verschmutzt ist. => Die Meldung F25 bedeutet, dass der Luftfilter \
verschmutzt ist.
        227,50 € sind binnen 14 Tagen zu zahlen. => 227,50 € sind binnen 30 Tagen zu zahlen.
        Im Oktober 2026 steht die nächste Wartung an. => Im November 2026 steht die nächste Wartung an.
        Bis 30.06.2028 besteht Garantie auf den Verdichter. => Bis 30.06.2029 besteht Garantie auf den Verdichter.
        Die Garantie gilt nur bei jährlicher Wartung der Anlage. => Die Garantie gilt nicht bei jährlicher Wartung der Anlage.
        Rund um das Gerät darf einen Meter weit nichts stehen. => Rund um das Gerät darf zwei Meter weit nichts stehen.
        Die Wärmepumpe funktioniert einwandfrei. => Die Wärmepumpe funktioniert nicht einwandfrei.
        Kundin ist Frau Vossbrink. => Kundin ist Frau Lindemann.
        """,
    ),
    "well": (
        "The water of the South Well must not be used for drinking or cooking. Nitrate and Escherichia coli exceed the "
        "limits for drinking water. Adult cattle may go on drinking it; it must not be used to prepare food for infants. "
        "Nitrate was found at 63.8 mg/L, well above the limit, and has risen by a third since the last test (47.9 mg/L "
        "in May 2024). Together the two findings point to manure that reaches the ground water, most likely from the "
        "yard that lies uphill. The crack in the well's cover that was seen during sampling lets in surface water and "
        "should be sealed first. Repeat the test for bacteria two weeks after the disinfection. The uncertainty of "
        "measurement is 6 per cent for nitrate and 10 per cent for metals. The sample was taken on 8 May 2025 by Callum "
        "Everitt. Approved by Dr Signe Abernethy-Roy, head of the laboratory.",
        """
        You must not drink water from the South Well or cook with it. => You may drink water from the South Well or cook \
with it.
        It's not allowed to use the South Well's water for drinking. => It's allowed to use the South Well's water for \
drinking.
        Both nitrate and E. coli are above the drinking water limits. => Both nitrate and E. coli are below the drinking \
water limits.
        Grown cattle can keep drinking it. => Grown cattle cannot keep drinking it.
        At 63.8 mg/L, nitrate is far above the limit. => At 68.3 mg/L, nitrate is far above the limit.
        In May 2024 the last test had shown 47.9 mg/L. => In March 2024 the last test had shown 47.9 mg/L.
        Manure probably reaches the ground water from the yard uphill. => Manure does not reach the ground water from the \
yard uphill.
        The cracked cover of the well should be sealed first. => The cracked cover of the well should not be sealed first.
        14 days after disinfecting, test again for bacteria. => 21 days after disinfecting, test again for bacteria.
        Nitrate is measured with an uncertainty of 6%. => Nitrate is measured with an uncertainty of 9%.
        For metals the uncertainty is ten percent. => For metals the uncertainty is six percent.
        Callum Everitt took the sample on May 8, 2025. => Callum Everitt took the sample on May 18, 2025.
        The head of the laboratory, Signe Abernethy-Roy, approved the report. => The head of the laboratory, Signe \
Morrison, approved the report.
        Food for babies must not be prepared with this water. => Food for infants may be prepared with this water.
        """,
    ),
    "lease": (
        "Tenancy agreement for flat 7A, 12 Kestrel Road. Landlord: Harbour Homes Ltd. Tenant: Ms Delphine Okoro. The "
        "term begins on 1 March 2024 and runs for twenty-four months. The rent is £1,150 a month, payable in advance on "
        "the fifth day of each month. A late payment charge of £60 is made once for each month in which the rent is "
        "more than seven days late. The deposit of £2,300 is held by the Tenancy Trust and returned within thirty days "
        "after the end of the tenancy, less the cost of damage beyond fair wear. Pets are not allowed without the "
        "landlord's written consent. The tenant must give at least ninety (90) days' notice in writing before moving "
        "out. The landlord may enter the flat only after giving 24 hours' notice, except in an emergency. Smoking is "
        "forbidden in the whole building. The tenant pays for electricity and water; heating is included in the rent. "
        "Subletting is permitted for at most eight weeks a year.",
        """
        Delphine Okoro rents flat 7A from Harbour Homes Ltd. => Delphine Okoro rents flat 7A from Meadow Homes Ltd.
        The tenancy starts on 1.3.2024 and lasts two years. => The tenancy starts on 1.4.2024 and lasts two years.
        Rent is 1150 pounds per month. => Rent is 1250 pounds per month.
        Payment is due on the 5th of every month. => Payment is due on the 15th of every month.
        If the rent is over a week late, a charge of 60 pounds applies. => If the rent is over a week late, a charge of \
90 pounds applies.
        The Tenancy Trust holds the £2,300 deposit. => The Savings Trust holds the £2,300 deposit.
        You get the deposit back within 30 days of the end of the tenancy. => You get the deposit back within 60 days of \
the end of the tenancy.
        Pets need the landlord's consent in writing. => Pets are allowed without the landlord's written consent.
        Before moving out, the tenant has to give 90 days' written notice. => Before moving out, the tenant has to give \
60 days' written notice.
        Except in an emergency, the landlord has to give notice 24 hours before entering. => Except in an emergency, the \
landlord has to give notice 48 hours before entering.
        You may not smoke anywhere in the building. => You may smoke anywhere in the building.
        Heating is part of the rent, but electricity and water are not. => Heating is not included in the rent.
        The flat may be sublet for up to eight weeks a year. => The flat may be sublet for up to twelve weeks a year.
        The tenant pays for water and electricity. => The tenant does not pay for water and electricity.
        """,
    ),
    "history": (
        "The lighthouse at Carrow Point was built between 1821 and 1824 by the engineer Tobias Lindqvist. It is 41 metres "
        "high and was lit with whale oil until 1867, when paraffin came into use. In 1911 the keeper, Agnes Pell, saved "
        "eleven men from the wreck of the Corinna; the king awarded her a silver medal, which she refused. The tower was "
        "not damaged in the great storm of 14 January 1953, although the harbour of nearby Stenhaven was destroyed. It "
        "became automatic in 1978, and the last keeper, John Amory, left on 3 May of that year. Since 2006 it has been "
        "a museum, which more than 20,000 people visit every year. The lamp can be seen from a distance of 19 nautical "
        "miles. The museum is closed on Mondays and never opens before ten o'clock. Lindqvist also designed the bridge at "
        "Orland, but he did not live to see it finished. The Coastal Heritage Society pays the museum's costs.",
        """
        Tobias Lindqvist built the Carrow Point lighthouse from 1821 to 1824. => Tobias Bergman built the Carrow Point \
lighthouse from 1821 to 1824.
        The tower stands 41 m tall. => The tower stands 47 m tall.
        Whale oil was used for the light until 1867. => Whale oil was used for the light until 1876.
        Agnes Pell, its keeper, rescued 11 men when the Corinna was wrecked in 1911. => Agnes Pell, its keeper, rescued \
14 men when the Corinna was wrecked in 1911.
        She refused the silver medal that the king gave her. => She accepted the silver medal that the king gave her.
        The storm on January 14th, 1953 left the tower undamaged. => The storm on January 14th, 1953 damaged the tower.
        That storm destroyed the harbour at Stenhaven. => That storm destroyed the harbour at Carrow Point.
        The lighthouse was automated in 1978. => The lighthouse was automated in 1987.
        John Amory, the last keeper, went on 3 May 1978. => John Amory, the last keeper, went on 3 June 1978.
        It has been a museum since 2006. => It has been a museum since 2016.
        Over 20 000 visitors come each year. => Over 30 000 visitors come each year.
        The light is visible 19 nautical miles away. => The light is visible 29 nautical miles away.
        On Mondays the museum is closed. => On Tuesdays the museum is closed.
        It doesn't open earlier than 10 o'clock. => It opens before ten o'clock.
        Lindqvist died before the bridge at Orland was finished. => Lindqvist lived to see the bridge at Orland finished.
        The Coastal Heritage Society bears the costs of the museum. => The Northern Heritage Society bears the costs of \
the museum.
        """,
    ),
    "trial": (
        "In this randomised trial, 212 adults with chronic insomnia took either melperidone (5 mg) or placebo for twelve "
        "weeks. Sleep onset was 18.4 minutes earlier with melperidone than with placebo (p < 0.01). Total sleep time did "
        "not differ between the groups. Nine participants in the melperidone group and two in the placebo group "
        "reported dizziness. No serious adverse events occurred. Patients older than 65 were excluded. The study was "
        "led by Dr Hanna Virtanen at the University of Tampere and funded by the Nordic Research Council. Melperidone "
        "should not be taken together with alcohol. The effect was larger in women than in men. Follow-up after six "
        "months showed that 62% of the participants still slept better than before treatment.",
        """
        212 adults suffering from chronic insomnia took part in the trial. => 122 adults suffering from chronic insomnia \
took part in the trial.
        Participants received 5 mg of melperidone or a placebo over 12 weeks. => Participants received 5 mg of zolpitem \
or a placebo over 16 weeks.
        With melperidone, people fell asleep 18.4 minutes sooner than with placebo. => With melperidone, people fell \
asleep 14.8 minutes sooner than with placebo.
        There was no difference in total sleep time between the groups. => There was a difference in total sleep time \
between the groups.
        Dizziness was reported by nine people on melperidone and by two on placebo. => Dizziness was reported by five \
people on melperidone and by two on placebo.
        Serious adverse events did not occur. => Serious adverse events did occur.
        People over 65 were not included. => People over 75 were not included.
        Hanna Virtanen of the University of Tampere led the study. => Hanna Virtanen of the University of Turku led the study.
        The Nordic Research Council paid for it. => The Baltic Research Council paid for it.
        One should not drink alcohol while taking melperidone. => One should drink alcohol while taking melperidone.
        Women benefited more than men. => The effect was smaller in women than in men.
        Six months later, 62 percent still slept better. => Six months later, 72 percent still slept better.
        """,
    ),
    "company": (
        "Brightwater Logistics reported revenue of $48.2 million for the second quarter of 2025, an increase of 7% over "
        "the same quarter of 2024. Operating profit fell from $5.1 million to $4.4 million, mainly because of higher fuel "
        "costs. The company opened depots in Leeds and Gdansk and closed the one in Porto. It employs 1,340 people, 85 "
        "more than a year ago. The board proposes no dividend for 2025. Chief executive Maria Fontaine said that the "
        "contract with Halden Foods would not be renewed after 31 December 2025. Net debt was reduced to $12 million. The "
        "forestry segment was sold to Norrland Timber in April. Brightwater expects revenue of between $190 million and "
        "$195 million for the whole year. All figures are unaudited.",
        """
        Revenue in Q2 2025 was 48.2 million dollars. => Revenue in Q2 2025 was 42.8 million dollars.
        Revenue grew by seven percent compared with the second quarter of 2024. => Revenue shrank by seven percent compared \
with the second quarter of 2024.
        Operating profit decreased to $4.4 million. => Operating profit increased to $4.4 million.
        Higher fuel costs were the main reason for the lower operating profit. => Lower fuel costs were the main reason \
for the lower operating profit.
        New depots were opened in Gdansk and Leeds. => New depots were opened in Gdansk and Lyon.
        The Porto depot was closed. => The Porto depot was not closed.
        The company has 1340 employees. => The company has 1430 employees.
        That is 85 people more than one year before. => That is 58 people more than one year before.
        No dividend is proposed for 2025. => A dividend is proposed for 2025.
        According to Maria Fontaine, the Halden Foods contract will not be renewed. => According to Maria Fontaine, the \
Halden Foods contract will be renewed.
        The contract with Halden Foods ends on December 31st, 2025. => The contract with Halden Foods ends on November \
30th, 2025.
        Net debt went down to 12 million dollars. => Net debt went up to 12 million dollars.
        In April, Norrland Timber bought the forestry segment. => In August, Norrland Timber bought the forestry segment.
        For the full year, $190 to 195 million of revenue is expected. => For the full year, $180 to 185 million of revenue \
is expected.
        The figures have not been audited. => The figures have been audited.
        """,
    ),
}


def pairs() -> list[tuple[str, str, str]]:
    """Every text's key with a true sentence about it and the false one beside it."""
    found = []
    for key, (_, lines) in TEXTS.items():
        for line in filter(None, (line.strip() for line in lines.splitlines())):
            true, false = line.split(" => ")
            found.append((key, true, false))
    return found
