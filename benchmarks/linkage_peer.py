"""Links records with splink 5, in an environment of its own: `python linkage_peer.py RECORDS.jsonl PAIRS.json`.

Nothing of Broadsheet is imported here. Blocking, comparisons and training follow splink's own guide: probabilities are
estimated without labels, and the pairs above the threshold are its answer.
"""

import json
import sys
from pathlib import Path

THRESHOLD = 0.99  # of 0.5, 0.9, 0.99 and 0.999 the best for splink on these corpora


def main() -> None:
    """Read records, write the pairs that splink takes for one work."""
    import duckdb
    import splink.comparison_library as compare
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on  # type: ignore[attr-defined]

    given, made = map(Path, sys.argv[1:3])
    connection = duckdb.connect()
    connection.execute("SET threads = 2; SET memory_limit = '6GB'")
    connection.execute(
        "CREATE TABLE records AS SELECT unique_id, title, bare, first, families, "
        "try_cast(published AS DATE) AS published, abstract, substr(bare, 1, 16) AS beginning, "
        "substr(abstract, 1, 40) AS opening FROM read_json(?, format = 'newline_delimited')",
        [str(given)],
    )
    settings = SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            compare.JaroWinklerAtThresholds("title", [0.97, 0.9, 0.8]),
            compare.ArrayIntersectAtSizes("families", [3, 2, 1]),
            compare.JaroWinklerAtThresholds("first", [0.9]),
            compare.JaroWinklerAtThresholds("abstract", [0.95, 0.8]),
            compare.AbsoluteDateDifferenceAtThresholds(
                "published", input_is_string=False, metrics=["month", "year", "year"], thresholds=[1, 1, 3]
            ),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("bare"),
            block_on("first", "beginning"),
            block_on("first", "opening"),
        ],
    )
    linker = Linker(DuckDBAPI(connection).register("records"), settings, log_level="WARNING")
    linker.training.estimate_probability_two_random_records_match([block_on("bare", "first")], recall=0.9)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=7)
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("first", "beginning"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("bare"))
    linker.training.estimate_parameters_using_expectation_maximisation(block_on("opening"))
    found = linker.inference.predict(threshold_match_probability=THRESHOLD).as_record_list()
    made.write_text(json.dumps([[row["unique_id_l"], row["unique_id_r"]] for row in found]))


if __name__ == "__main__":
    main()
