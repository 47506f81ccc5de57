-- The statements that make the rows of a large shop, run on the server a piece at a time (benchmarks/capacity/rows.py).
-- Above each: what it makes, after which of the facts' numbers it is counted, how many numbers at a time.

-- part: identities | identities | 100000
-- Each member's browser, then the Telegram of every fifth, then visitors nobody knows.
WITH known AS (
    INSERT INTO identities (id, channel, channel_user_id, member_id, verified_by, verified_at, display_name, language,
        created_at, last_seen_at)
    SELECT n, CASE WHEN n > %(members)s AND n <= %(bound)s THEN 'telegram' ELSE 'web' END, md5('visitor' || n),
        CASE WHEN n <= %(members)s THEN n WHEN n <= %(bound)s THEN (n - %(members)s) * 5 END,
        CASE WHEN n <= %(members)s THEN 'signed_token' WHEN n <= %(bound)s THEN 'email_code' END,
        CASE WHEN n <= %(bound)s THEN %(at)s END, CASE WHEN n > %(bound)s THEN '' ELSE '小雨' END, 'zh-Hans',
        %(at)s - random() * interval '3 years', %(at)s - interval '1 hour' - random() ^ 2 * interval '1 year'
    FROM generate_series(%(first)s, %(last)s) AS n RETURNING id, member_id, verified_by, created_at)
INSERT INTO identity_bindings (identity_id, member_id, verified_by, bound_at, unbound_by)
SELECT id, member_id, verified_by, created_at, '' FROM known WHERE member_id IS NOT NULL;

-- part: conversations, messages, contacts, words | talks | 20000
-- Closed ones over three years, growing all the time, of somebody drawn by the skew (the product scatters who comes often
-- over the whole table); the last are open now, each at an address of its own.
WITH drawn AS MATERIALIZED (
    SELECT n, n - (%(talks)s - %(open)s) AS place, random() AS whose, random() AS phone, random() AS helped,
        random() AS long, random() AS since,
        mod(floor(%(members)s * random() ^ 2)::bigint * 7919, %(members)s)::int + 1 AS member
    FROM generate_series(%(first)s, %(last)s) AS n
), owned AS MATERIALIZED (
    SELECT *, CASE WHEN place > 0 THEN mod(place::bigint * 7919, %(members)s)::int + 1
        WHEN whose < 0.75 THEN member END AS owner,
        CASE WHEN place > 0 THEN %(at)s - since * interval '2 hours'
        ELSE %(at)s - interval '1 day' - (1 - sqrt(n::float / %(talks)s)) * interval '3 years' END AS began,
        CASE WHEN place <= 0 THEN 'closed' WHEN place <= %(queue)s THEN 'queue'
        WHEN place <= 2 * %(queue)s THEN 'agent' ELSE 'bot' END AS stands,
        2 + floor(-ln(1 - long) * 7.5)::int * CASE WHEN helped < 0.002 THEN 20 ELSE 1 END AS many FROM drawn
), talk AS (
    INSERT INTO conversations (id, channel, identity_id, member_id, state, bot_continues, bot_invited, agent_id,
        handovers, queue_reason, urgency, queued_at, waiting_since, taken_at, unread_for_agent, opened_at,
        last_customer_at, last_message_at, closed_at, outcome, language, last_seq, fallbacks, context)
    SELECT md5('talk' || n), CASE WHEN owner > 0 AND mod(owner, 5) = 0 AND place <= 0 AND phone < 0.7
            THEN 'telegram' ELSE 'web' END,
        CASE WHEN owner IS NULL THEN %(bound)s + 1 + floor(%(visitors)s * whose * 0.999)::int
            WHEN mod(owner, 5) = 0 AND place <= 0 AND phone < 0.7 THEN %(members)s + owner / 5 ELSE owner END,
        owner, stands, false, false,
        CASE WHEN stands = 'agent' OR stands = 'closed' AND helped < 0.1 THEN 1 + mod(n, %(agents)s) END,
        CASE WHEN helped < 0.1 THEN 2 ELSE 0 END, CASE WHEN stands IN ('queue', 'agent') THEN 'requested' END,
        CASE WHEN stands IN ('queue', 'agent') THEN 1 + mod(n, 4) ELSE 0 END,
        CASE WHEN stands IN ('queue', 'agent') OR helped < 0.1 THEN began + interval '2 minutes' END,
        CASE WHEN stands = 'queue' OR stands = 'agent' AND helped < 0.5 THEN began + interval '2 minutes' END,
        CASE WHEN stands = 'agent' OR stands = 'closed' AND helped < 0.1 THEN began + interval '5 minutes' END,
        0, began, began + many * interval '40 seconds', began + many * interval '40 seconds',
        CASE WHEN stands = 'closed' THEN began + many * interval '40 seconds' + interval '2 hours' END,
        CASE WHEN stands = 'closed' THEN 'idle' END, 'zh-Hans', many, 0,
        json_build_object('asked', NULL, 'spoken_of', json_build_array(json_build_object('order', n)))
    FROM owned ORDER BY owned.began
    RETURNING id, channel, identity_id, member_id, agent_id, opened_at, last_seq
), said AS (
    INSERT INTO messages (conversation_id, seq, direction, author, agent_id, audience, channel, channel_message_id,
        client_key, text, custom, intent, confidence, ranking, entities, sentiment, sentiment_confidence, anger,
        language, status, created_at, customer_at, handled_at, sent_at, tries)
    SELECT talk.id, seq, CASE author WHEN 'customer' THEN 'in' ELSE 'out' END, author,
        CASE author WHEN 'agent' THEN agent_id END, 'member', channel,
        CASE author WHEN 'customer' THEN md5(talk.id || seq) END, CASE author WHEN 'agent' THEN md5(talk.id || seq) END,
        CASE author WHEN 'customer' THEN (%(said)s::text[])[1 + mod(abs(hashtext(talk.id) + seq), %(said_many)s)]
            ELSE (%(answered)s::text[])[1 + mod(abs(hashtext(talk.id) + seq), %(answered_many)s)] END,
        CASE WHEN author = 'bot' AND mod(seq, 8) = 0 THEN
            json_build_object('kind', 'order', 'number', '20251214-' || seq, 'total', 25900) END,
        intent, CASE author WHEN 'customer' THEN 0.5 + random() / 2 END,
        CASE author WHEN 'customer' THEN json_build_array(
            json_build_object('name', intent, 'confidence', random()),
            json_build_object('name', 'greet', 'confidence', random()),
            json_build_object('name', 'out_of_scope', 'confidence', random())) END,
        CASE author WHEN 'customer' THEN '[]'::json END, mood, CASE author WHEN 'customer' THEN 0.9 END,
        CASE WHEN mood = 'negative' THEN random() WHEN author = 'customer' THEN 0.02 END, 'zh-Hans',
        CASE author WHEN 'customer' THEN 'handled' ELSE 'sent' END, said_at, said_at,
        CASE author WHEN 'customer' THEN said_at END, CASE author WHEN 'customer' THEN NULL ELSE said_at END, 0
    FROM talk, generate_series(1, talk.last_seq) AS seq,
        LATERAL (SELECT opened_at + seq * interval '40 seconds' AS said_at, CASE WHEN mod(seq, 2) = 1 THEN 'customer'
            WHEN agent_id IS NOT NULL AND seq > 4 THEN 'agent' ELSE 'bot' END AS author) AS one,
        LATERAL (SELECT CASE author WHEN 'customer' THEN
            (%(intents)s::text[])[1 + mod(abs(hashtext(talk.id) + 3 * seq), %(intents_many)s)] END AS intent,
            CASE WHEN author = 'customer' THEN CASE mod(abs(hashtext(talk.id) + seq), 7) WHEN 0 THEN 'negative'
            WHEN 1 THEN 'positive' ELSE 'neutral' END END AS mood) AS two
    ORDER BY one.said_at
    RETURNING id, conversation_id, author, text, intent, sentiment, anger, created_at
), words AS (
    INSERT INTO message_words (message_id, conversation_id, folded)
    SELECT id, conversation_id, lower(text) FROM said WHERE author <> 'bot'
)
INSERT INTO interactions (member_id, identity_id, conversation_id, message_id, channel, at, intent, sentiment,
    sentiment_confidence, anger, outcome, summary, "references", key)
SELECT member_id, identity_id, talk.id, said.id, channel, created_at, intent, sentiment, 0.9, anger, 'answered', '',
    '{}', 'message:' || said.id
FROM said JOIN talk ON talk.id = said.conversation_id WHERE author = 'customer';

-- part: points | members | 50000
-- Purchases that gave points; lots past two years have ended, a third of the others was spent. The three sums agree.
WITH earned AS (
    INSERT INTO points_entries (member_id, kind, points, reason, reference, key, request_hash, qualifies, details, at,
        created_at)
    SELECT n, 'earn', 20 + floor(600 * random() ^ 2)::int, 'purchase', n || '-' || place, 'order:' || n || '-' || place,
        md5(n || '-' || place) || md5('again'), true, '{}', earned, earned
    FROM (SELECT n, CASE WHEN random() < 0.2 THEN 0 ELSE 1 + floor(-ln(1 - random()) * 2.5) END::int AS many
        FROM generate_series(%(first)s, %(last)s) AS n OFFSET 0) AS who, generate_series(1, who.many) AS place,
        LATERAL (SELECT %(at)s - random() * interval '3 years' * (1 + 0 * place) AS earned OFFSET 0) AS moment
    ORDER BY moment.earned RETURNING id, member_id, points, at
), lot AS (
    INSERT INTO points_lots (member_id, entry_id, points, remaining, earned_at, expires_at)
    SELECT member_id, id, points, CASE WHEN at < %(at)s - interval '2 years' OR mod(id, 3) = 0 THEN 0 ELSE points END,
        at, at + interval '2 years' FROM earned RETURNING id, member_id, entry_id, points, remaining, expires_at
), filled AS (
    INSERT INTO points_allocations (entry_id, lot_id, points) SELECT entry_id, id, points FROM lot
), gone AS (
    INSERT INTO points_entries (member_id, kind, points, reason, reference, key, request_hash, qualifies, details, at,
        created_at)
    SELECT member_id, CASE WHEN expired THEN 'expire' ELSE 'spend' END, -points,
        CASE WHEN expired THEN 'expire' ELSE 'redeem' END, CASE WHEN NOT expired THEN 'voucher' END,
        'emptied:' || id, md5('lot' || id) || md5('again'), false, '{}', least(expires_at, %(at)s - interval '1 hour'),
        least(expires_at, %(at)s - interval '1 hour')
    FROM lot, LATERAL (SELECT expires_at < %(at)s AS expired) AS why WHERE remaining = 0
    RETURNING id, member_id, points, kind, key, at
), emptied AS (
    INSERT INTO points_allocations (entry_id, lot_id, points) SELECT id, split_part(key, ':', 2)::int, points FROM gone
), redeemed AS (
    INSERT INTO redemptions (member_id, reward_code, key, points, coupon_code, status, at, valid_until, entry_id,
        cancel_reason)
    SELECT member_id, 'voucher', key, -points, 'C' || id, 'used', at, at + interval '90 days', id, '' FROM gone
    WHERE kind = 'spend'
)
INSERT INTO points_accounts (member_id, balance, owed, updated_at)
SELECT n, coalesce(sum(remaining), 0), 0, %(at)s
FROM generate_series(%(first)s, %(last)s) AS n LEFT JOIN lot ON lot.member_id = n GROUP BY n;

-- part: orders, parcels, returns | members | 50000
-- A fifth never bought; the last five days are still under way.
WITH bought AS (
    INSERT INTO orders (number, member_id, status, currency, shipping_minor, discount_minor, total_minor, placed_at,
        paid_at, shipped_at, delivered_at, completed_at, refund_minor)
    SELECT 'B' || n || '-' || place, n, CASE WHEN fresh THEN 'shipped' ELSE 'completed' END, 'CNY', 0, 0,
        (3000 + 60000 * random() ^ 3)::int, placed, placed + interval '5 minutes', placed + interval '1 day',
        CASE WHEN NOT fresh THEN placed + interval '4 days' END, CASE WHEN NOT fresh THEN placed + interval '12 days' END,
        0
    FROM (SELECT n, CASE WHEN random() < 0.2 THEN 0 ELSE 1 + floor(-ln(1 - random()) * 1.6) END::int AS many
        FROM generate_series(%(first)s, %(last)s) AS n OFFSET 0) AS who, generate_series(1, who.many) AS place,
        LATERAL (SELECT %(at)s - interval '1 day' - random() * interval '3 years' * (1 + 0 * place) AS placed
            OFFSET 0) AS moment,
        LATERAL (SELECT placed > %(at)s - interval '5 days' AS fresh) AS state
    ORDER BY moment.placed RETURNING id, member_id, placed_at, status
), line AS (
    INSERT INTO order_lines (order_id, position, product_id, sku, names, quantity, price_minor)
    SELECT id, place, product, 'B' || product, json_build_object('zh-Hans', '帆布鞋', 'zh-Hant', '帆布鞋', 'en', 'shoes'),
        1, 12900
    FROM bought, generate_series(1, 1 + mod(id, 2)) AS place, LATERAL (SELECT 1 + mod(id + place, 200) AS product) AS what
    RETURNING id, order_id, position
), back AS (
    INSERT INTO return_requests (number, member_id, order_id, line_id, kind, reason, quantity, status,
        shipping_paid_by, refund_minor, currency, requested_at, closed_at, refunded_at, key)
    SELECT 'R' || line.id, member_id, order_id, line.id, 'return', 'wrong_size', 1, 'refunded', 'shop', 12900, 'CNY',
        placed_at + interval '5 days', placed_at + interval '11 days', placed_at + interval '11 days', 'r' || line.id
    FROM line JOIN bought ON bought.id = order_id WHERE position = 1 AND mod(bought.id, 30) = 0 AND status = 'completed'
), parcel AS (
    INSERT INTO parcels (number, order_id, carrier, status, promised_at, delivered_at, created_at)
    SELECT 'P' || id, id, 'sf', CASE status WHEN 'completed' THEN 'delivered' ELSE 'in_transit' END,
        placed_at + interval '5 days', CASE status WHEN 'completed' THEN placed_at + interval '4 days' END,
        placed_at + interval '1 day' FROM bought RETURNING id, created_at
)
INSERT INTO parcel_events (parcel_id, code, place, at)
SELECT id, code, '{}', created_at FROM parcel, unnest(ARRAY['created', 'left_hub']) AS code;

-- part: promises, calls | promises | 50000
-- The first are open, the others kept.
WITH made AS (
    INSERT INTO promises (member_id, kind, text, made_by, made_at, due_at, kept_at, key, owner_id)
    SELECT mod(n::bigint * 7919, %(members)s)::int + 1, CASE WHEN mod(n, 3) = 0 THEN 'callback' ELSE 'reply' END,
        '三天内回复', 'bot', made, made + interval '3 days',
        CASE WHEN n > %(waiting)s THEN made + interval '1 day' END, 'p' || n, 1 + mod(n, %(agents)s)
    FROM generate_series(%(first)s, %(last)s) AS n, LATERAL (SELECT %(at)s - CASE WHEN n <= %(waiting)s
        THEN random() * interval '4 days' ELSE interval '5 days' + random() * interval '3 years' END AS made) AS moment
    RETURNING id, member_id, kind, made_at, kept_at)
INSERT INTO callbacks (member_id, phone, topic, window_start, window_end, status, promise_id, requested_at, done_at,
    key, attempts)
SELECT member_id, %(phone)s, '退款', made_at + interval '1 day', made_at + interval '26 hours',
    CASE WHEN kept_at IS NULL THEN 'requested' ELSE 'done' END, id, made_at, kept_at, 'c' || id, 1
FROM made WHERE kind = 'callback';

-- part: complaints | complaints | 50000
-- The first are open.
WITH filed AS (
    INSERT INTO complaints (number, member_id, category, severity, status, description, owner_id, filed_at, due_at,
        replied_at, resolved_at, closed_at, resolution, cause)
    SELECT 'C' || n, mod(n::bigint * 104729, %(members)s)::int + 1, 'damaged', 'normal',
        CASE WHEN n <= %(waiting)s THEN 'open' ELSE 'closed' END, '收到的时候盒子已经破了', 1 + mod(n, %(agents)s), at,
        at + interval '1 day', CASE WHEN n > %(waiting)s THEN at + interval '1 hour' END,
        CASE WHEN n > %(waiting)s THEN at + interval '2 days' END,
        CASE WHEN n > %(waiting)s THEN at + interval '3 days' END, CASE WHEN n > %(waiting)s THEN '换新' END,
        CASE WHEN n > %(waiting)s THEN 'carrier' END
    FROM generate_series(%(first)s, %(last)s) AS n, LATERAL (SELECT %(at)s - CASE WHEN n <= %(waiting)s
        THEN random() * interval '2 days' ELSE interval '4 days' + random() * interval '3 years' END AS at) AS moment
    RETURNING id, filed_at)
INSERT INTO complaint_events (complaint_id, at, kind, audience, text)
SELECT id, filed_at, 'filed', 'member', '' FROM filed;

-- part: follow-ups | promises | 50000
-- The first are open.
INSERT INTO follow_ups (member_id, cause, reasons, score, value_minor, suggested_approach, opened_at, due_at, status,
    owner_id, outcome, outcome_at)
SELECT mod(n::bigint * 7919, %(members)s)::int + 1, 'silence:' || n, '[]', 0.6, 120000, 'invite_back', at,
    at + interval '3 days', CASE WHEN n <= %(waiting)s THEN 'open' ELSE 'done' END, 1 + mod(n, %(agents)s),
    CASE WHEN n > %(waiting)s THEN 'contacted' END, CASE WHEN n > %(waiting)s THEN at + interval '1 day' END
FROM generate_series(%(first)s, %(last)s) AS n, LATERAL (SELECT %(at)s - CASE WHEN n <= %(waiting)s
    THEN random() * interval '4 days' ELSE interval '5 days' + random() * interval '3 years' END AS at) AS moment;

-- part: risk, value, news, surveys, trail | members | 50000
-- What jobs and colleagues leave behind of every member.
WITH looked AS (
    INSERT INTO risk_assessments (member_id, score, level, reasons, stopped, at)
    SELECT n, random(), CASE WHEN random() < 0.05 THEN 'high' WHEN random() < 0.2 THEN 'medium' ELSE 'low' END,
        '[{"code": "buying_less", "weight": 0.2, "facts": {"days": 90}}]', random(), %(at)s - place * interval '90 days'
    FROM generate_series(%(first)s, %(last)s) AS n, generate_series(1, 2) AS place
), valued AS (
    INSERT INTO member_values (run_id, member_id, spend_minor, orders, purchases, recency, frequency, monetary,
        expected_orders, lifetime_minor, is_vital, stage)
    SELECT 1, n, (200000 * random() ^ 3)::int, 2, 2, 3, 3, 3, 1.5, (300000 * random() ^ 3)::int, mod(n, 20) = 0,
        'repeat_buyer' FROM generate_series(%(first)s, %(last)s) AS n
), risen AS (
    INSERT INTO tier_changes (member_id, from_tier, to_tier, earned_points, at)
    SELECT n, 'bronze', 'silver', 2000, %(at)s - random() * interval '2 years'
    FROM generate_series(%(first)s, %(last)s) AS n WHERE mod(n, 4) = 0
), changed AS (
    INSERT INTO member_changes (member_id, field, new_value, reason, by, at)
    SELECT n, 'status', 'active', '', '', %(at)s - interval '3 years' FROM generate_series(%(first)s, %(last)s) AS n
), sent AS (
    INSERT INTO proactive_sends (key, kind, topic, member_id, channel, week, sent_at, counts_until)
    SELECT n || ':' || place, 'parcel_moved', 'parcels', n, 'web', date_trunc('week', at)::date, at,
        at + interval '7 days'
    FROM generate_series(%(first)s, %(last)s) AS n, generate_series(1, 2) AS place,
        LATERAL (SELECT %(at)s - random() * interval '1 year' * place AS at OFFSET 0) AS moment
), asked AS (
    INSERT INTO survey_asks (kind, member_id, asked_at, key)
    SELECT 'nps', n, %(at)s - random() * interval '1 year', 'a' || n FROM generate_series(%(first)s, %(last)s) AS n
    WHERE mod(n, 3) = 0 RETURNING member_id, asked_at
), answered AS (
    INSERT INTO survey_answers (kind, score, member_id, at, key)
    SELECT 'nps', mod(member_id, 11), member_id, asked_at + interval '1 hour', 'a' || member_id FROM asked
    WHERE mod(member_id, 2) = 0
)
INSERT INTO audit_entries (at, agent_id, actor, action, subject, details)
SELECT %(at)s - random() * interval '1 year', 1 + mod(n, %(agents)s), 'agent:1', 'view_member', 'member:' || n, '{}'
FROM generate_series(%(first)s, %(last)s) AS n WHERE mod(n, 2) = 0;
