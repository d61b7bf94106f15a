namespace MirroredInfluence.Report;

/// <summary>What a reader of a result should know about queries that rank nothing.</summary>
public static class ResultNotes
{
    /// <summary>A line each.</summary>
    public static IEnumerable<string> Of(RunResult result)
    {
        var flat = result.Queries.Where(query => query.Histogram.Count > 1 && query.Deviation == 0).ToLookup(query => query.Mean == 0);
        if (flat[true].Any())
        {
            yield return $"{NamesOf(flat[true])}: every influence is 0, so the order says nothing. The ascent changed no loss: its steps are too small "
                + "(ascent.learningRate, ascent.steps), the query's own loss is flat (ascent.flatLossEscape), or what matters may not move (ascent.trainable).";
        }

        if (flat[false].Any())
        {
            yield return $"{NamesOf(flat[false])}: all rows have the same influence, so the order says nothing. The model seems to mix the rows of a mini-batch "
                + "into one loss; it must return the loss of each row (reduction='none').";
        }
    }

    private static string NamesOf(IEnumerable<QueryResult> queries)
    {
        var count = queries.Count();
        return $"Query '{Line.Printable(queries.First().Query.Name)}'" + (count > 1 ? FormattableString.Invariant($" and {count - 1:N0} more") : "");
    }
}
