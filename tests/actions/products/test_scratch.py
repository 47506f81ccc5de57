import pytest, pytest_asyncio
from actions.products import needs
from actions.products.catalogue import ActionProduct
from actions.products.recommendations import ActionRecommend
from tests.actions.products.demo_goods import put_on_sale

@pytest_asyncio.fixture(autouse=True)
async def shop(database, monkeypatch):
    monkeypatch.setattr(needs, "PATIENCE_SECONDS", 0.0)
    await put_on_sale(database)

L = lambda *skus: {"listed":[{"title":s,"payload":'/ask_product{"choice":"%s"}'%s} for s in skus]}
R, P = (ActionRecommend,"ask_recommendation"), (ActionProduct,"ask_product")
CASES = [
 (R,"shoes for my mum, wide feet, for walking, any recommendations","en",{}),
 (P,"waterproof shoes at all?","en",{"product":"RUN-LITE"}),
 (R,"想给我爸买双靴子，43码，黑色的","zh-Hans",{}),
 (P,"有没有防水的包","zh-Hans",{}),
 (R,"toy for a 6 month old baby, under 200","en",{}),
 (P,"shoes that don't slip, size 38","en",{}),
 (P,"is there a grinder in the set?","en",{"product":"COF-SET"}),
 (P,"is a grinder sold by itself?","en",{"product":"COF-SET"}),
 (P,"are the filters in it?","en",{"product":"COF-SET"}),
 (P,"套装里有磨豆机吗","zh-Hans",{}),
 (P,"咖啡組有附磨豆機嗎","zh-Hant",{}),
 (P,"四件套带被芯吗","zh-Hans",{}),
 (P,"磨豆机单独有卖吗","zh-Hans",{"product":"COF-SET"}),
 (P,"how much are those and have you 43 in black","en",L("RUN-LITE","RUN-TRAIL")),
 (P,"how much are those and have you 43 in black","en",{"product":"WALK-SOFT"}),
 (P,"这双多少钱，有没有43码黑色","zh-Hans",{"product":"WALK-SOFT"}),
 (P,"走路鞋幾錢，42號有冇","zh-Hant",{"product":"WALK-SOFT"}),
 (P,"do the walking shoes come in 43","en",{}),
 (P,"show me the first one, is there a 36?","en",L("WALK-SOFT","RUN-LITE")),
 (P,"what's in the coffee set","en",{}),
 (P,"do you sell coffee beans","en",{"product":"COF-SET"}),
 (P,"do you have a kettle","en",{"product":"COF-SET"}),
 (P,"do the beans come with the set","en",{"product":"COF-SET"}),
]
@pytest.mark.parametrize("database",["sqlite"],indirect=True)
async def test_x(customer):
    for (a,i),t,l,f in CASES:
        customer.slots.clear()
        r = await customer.run(a,t,i,language=l,slots={"focus":f})
        print("\n##",i,t,f); 
        for s in r.said: print("   ",s.response,"|",s.text.replace("\n","\n      "))
