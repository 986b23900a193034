"""List the open queries that have waited too long, hospital by hospital, the oldest first, with the page of each.

Run: python overdue_queries.py [days]
"""

import datetime as dt
import sys

from quell import pages


def main(days):
    waiting, now = {}, dt.datetime.now(dt.UTC)
    for query in pages("/api/queries/?state=open&limit=200"):
        # Since when an answer is owed: a query that was asked again counts anew.
        age = (now - dt.datetime.fromisoformat(query["asked_at"])).days
        if age >= days:
            waiting.setdefault(query["site"], []).append((age, query))
    for site, queries in sorted(waiting.items()):
        print(f"{site}: {len(queries)} open for {days} days or more")
        for age, query in sorted(queries, key=lambda one: -one[0]):
            print(f"  {age} days  {query['case']}  {query['question']}  {query['page']}")
    print(f"{sum(map(len, waiting.values()))} in all")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 30)
