using Npgsql;

namespace MirroredInfluence.Silo;

/// <summary>The tables of a cluster's membership in PostgreSQL.</summary>
internal static class MembershipSchema
{
    private const long LockKey = 0x6d6972726f726564;   // "mirrored": of silos that start at once, one makes them

    /// <summary>Makes the tables that Orleans asks for, unless they are there, ours or those of Orleans' own scripts.</summary>
    /// <exception cref="MirroredException">Invalid: no connection string of PostgreSQL. Unavailable: the database does not answer, or refuses.</exception>
    public static async Task EnsureAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            await using var source = NpgsqlDataSource.Create(connectionString);
            await using var connection = await source.OpenConnectionAsync(cancellationToken);
            await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
            await ExecuteAsync($"SELECT pg_advisory_xact_lock({LockKey})");
            if (await ExecuteAsync("SELECT to_regclass('orleansquery')::text") is not string)
                await ExecuteAsync(await ReadScriptAsync(cancellationToken));
            await transaction.CommitAsync(cancellationToken);

            async Task<object?> ExecuteAsync(string sql)
            {
                await using var command = new NpgsqlCommand(sql, connection, transaction);
                return await command.ExecuteScalarAsync(cancellationToken);
            }
        }
        catch (Exception exception) when (exception is NpgsqlException or TimeoutException)
        {
            throw Failure.Unavailable($"Silo:ConnectionString: the membership database does not answer as it should: {exception.Message}", exception);
        }
        catch (ArgumentException exception)
        {
            throw Failure.Invalid($"Silo:ConnectionString: expected one of PostgreSQL: {exception.Message}", exception);
        }
    }

    private static async Task<string> ReadScriptAsync(CancellationToken cancellationToken)
    {
        using var reader = new StreamReader(typeof(MembershipSchema).Assembly.GetManifestResourceStream("postgresql.sql")!);
        return await reader.ReadToEndAsync(cancellationToken);
    }
}
