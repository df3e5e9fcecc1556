"""The vocabulary of the generated tracker: a web shop, its operations, and teams around them."""

from __future__ import annotations

PROJECTS = (
    ("SHOP", "Web shop", "The customer-facing shop: catalogue, cart, checkout and accounts."),
    ("OPS", "Platform operations", "Clusters, deployments, monitoring and everything that pages us at night."),
    ("APP", "Mobile app", "iOS and Android clients of the shop."),
    ("BILL", "Billing", "Invoices, dunning, tax and the ledger behind them."),
    ("DATA", "Data platform", "Events, warehouse, reports and recommendations."),
    ("CRM", "Customer relations", "Tickets, newsletters and the address book."),
    ("LOG", "Logistics", "Warehouse, carriers, parcels and returns."),
    ("SEC", "Security", "Audits, access and incident response."),
)

FIRST_NAMES = (
    "Amara", "Jonas", "María", "Wei", "Priya", "Łukasz", "Sofia", "Tomás", "Ingrid", "Yusuf", "Chloé", "Daniel",
    "Hana", "Olivier", "Freja", "Mateo", "Anika", "Kofi", "Elena", "Søren", "Nadia", "Hugo", "Yuki", "Björn",
    "Leila", "Pavel", "Grace", "Omar", "Zoë", "Ravi", "Greta", "Diego", "Mila", "Noah", "Aiko", "Fatima",
)  # fmt: skip
LAST_NAMES = (
    "Okafor", "Weber", "López", "Zhang", "Raman", "Nowak", "Rossi", "Silva", "Larsen", "Demir", "Martin", "Cohen",
    "Sato", "Dubois", "Holm", "García", "Schmidt", "Mensah", "Petrova", "Sørensen", "Haddad", "Bernard", "Tanaka",
    "Lindqvist", "Farah", "Svoboda", "O'Brien", "Hassan", "de Vries", "Iyer", "Keller", "Torres", "Kovač", "Jensen",
)  # fmt: skip

COMPONENTS = (
    "Checkout", "Search", "Accounts", "Catalogue", "Deployment", "Monitoring", "API", "Documentation", "Design system",
)  # fmt: skip

THINGS = (
    "checkout", "the search index", "the invoice export", "the login form", "the product page", "the nightly import",
    "the address book", "the payment webhook", "the delivery estimate", "the voucher field", "the order history",
    "the image resizer", "the session store", "the newsletter opt-in", "the stock counter", "the admin dashboard",
)  # fmt: skip
FAILURES = (
    "returns 500", "loses the selected currency", "shows a blank page", "times out", "ignores the filter",
    "rounds amounts wrongly", "sends the mail twice", "drops umlauts", "keeps stale prices", "logs the user out",
)  # fmt: skip
CONDITIONS = (
    "when the cart is empty", "after a failover", "on Safari 17", "for guests", "with more than 100 items",
    "when two tabs are open", "during the nightly import", "behind a proxy", "after the session expires",
    "for orders without a delivery address",
)  # fmt: skip
ROLES = ("customer", "shop manager", "support agent", "warehouse clerk", "accountant", "guest", "administrator")
WISHES = (
    "save my cart for later", "see the delivery date before I pay", "export all orders of a month",
    "pay by bank transfer", "filter products by size", "merge two accounts", "print a return label",
    "be told when an item is back", "undo the last bulk edit", "see who changed a price",
)  # fmt: skip
VERBS = ("Move", "Upgrade", "Document", "Remove", "Automate", "Measure", "Split", "Review", "Harden", "Replace")
OBJECTS = (
    "the session store to Redis 7", "the deployment pipeline", "the retry policy of the payment client",
    "the old feature flags", "backup and restore", "the alert thresholds", "the release checklist",
    "the image pipeline", "certificate renewal", "the database failover runbook", "rate limits on the public API",
    "the log retention",
)  # fmt: skip
EPICS = (
    "Checkout redesign", "Move to the new payment provider", "Faster product search", "Zero-downtime deployments",
    "Accounts for business customers", "Observability", "Returns portal", "Accessibility audit", "Cost reduction",
    "Multi-currency pricing",
)  # fmt: skip
SUBTASKS = ("Write tests for", "Review", "Update the docs of", "Roll out", "Add metrics to", "Clean up after")

LABELS = ("backend", "frontend", "regression", "customer-request", "quick-win", "tech-debt", "security", "a11y")
ENVIRONMENTS = (
    "Production, eu-central-1", "Staging", "Firefox 126 on Windows 11", "Safari 17 on macOS 14",
    "Android 14, app 5.2.1",
)  # fmt: skip
SENTENCES = (
    "I could reproduce this on staging with a fresh account.",
    "The logs show three retries before it gives up.",
    "We agreed in the planning to keep the old behaviour behind a flag.",
    "Support reports about ten tickets a week because of this.",
    "The numbers in the report match the ledger again since Tuesday.",
    "Nothing changes for existing orders.",
    "This blocks the rollout for business customers.",
    "Let us measure first and decide in the next refinement.",
    "The fix is small, but the migration of old rows takes about an hour.",
    "Please check the wording with the legal team before we ship it.",
    "It only happens for baskets above 100 items, see the attached log.",
    "I would rather not touch this part before the release.",
    "Verified on staging, all green.",
    "The certificate is renewed until next March.",
    "The pool is exhausted after the failover; connections are never returned.",
    "Done in the last sprint, only the docs are missing.",
)
GOALS = ("Ship the first slice", "No open blockers", "Ready for the audit", "Pay back some debt", None)

CODE = (
    ("java", "public Money total(Cart cart) {\n    return cart.lines().stream().map(Line::price)"
             ".reduce(Money.ZERO, Money::add);\n}"),
    ("sql", "SELECT o.id, count(*)\nFROM orders o JOIN lines l ON l.order_id = o.id\nWHERE o.state <> 'paid'\n"
            "GROUP BY o.id HAVING count(*) > 100;"),
    ("python", "def snake_case_name(a, b):\n    # *not bold*, _not italic_, [not a link]\n    return a[0] * b ** 2"),
    ("bash", "kubectl -n shop get pods | grep -v Running && echo \"C:\\temp is not here\""),
    ("json", "{\"sku\": \"A-100\", \"price\": {\"amount\": 1999, \"currency\": \"EUR\"}}"),
)  # fmt: skip

HOSTILE = (
    "First line\r\nsecond line after CRLF\r\n\r\nthird after a blank one",
    "Bell \x07 and vertical tab \x0b and escape \x1b[31m in a log line",
    "Emoji \U0001f680\U0001f469‍\U0001f4bb and flags \U0001f1e9\U0001f1ea survive",
    "שלום עולם mixed with English and ‏marks‎",
    "<script>alert('not executed')</script> & <b>not bold</b>",
    "{{ 7*7 }} and {% for x in y %} and ${7*7} stay as they are",
    "Non-breaking\u00a0space, tab\there, zero​width, NFD é and NFC é",
    "UTF-8, SHA-256, CVE-2021-44228, O(n), a*b*c, 1 + 2 + 3, a[0], C:\\path\\to, snake_case_name, H~2~O, x^2^",
)

ATTACHMENTS = (
    ("screenshot.png", "image/png"), ("server.log", "text/plain"), ("orders.csv", "text/csv"),
    ("trace.json", "application/json"), ("Übersicht Größe.pdf", "application/pdf"), 
    ("設計書.docx", "application/msword"),
    ("screenshot.png", "image/png"), ("a b (1).txt", "text/plain"), (" .txt", "text/plain"),
    ("empty.bin", "application/octet-stream"),
    ("50% done #2 +final,v1.txt", "text/plain"), ("heap.hprof.gz", "application/gzip"),
)  # fmt: skip
