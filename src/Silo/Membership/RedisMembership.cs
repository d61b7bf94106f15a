using StackExchange.Redis;

namespace MirroredInfluence.Silo;

/// <summary>A cluster's membership in Redis: one hash, which Orleans keeps.</summary>
internal static class RedisMembership
{
    /// <exception cref="MirroredException">Invalid: no connection string of Redis. Says nothing of it, since it may hold a password.</exception>
    public static ConfigurationOptions Parse(string connectionString)
    {
        try
        {
            var options = ConfigurationOptions.Parse(connectionString);
            return options.EndPoints.Count > 0 ? options : throw new ArgumentException("no address");
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException)
        {
            throw Failure.Invalid("Silo:ConnectionString: expected one of StackExchange.Redis, such as redis.example:6379,ssl=true,password=….");
        }
    }

    /// <exception cref="MirroredException">Unavailable: the server does not answer, or lets this silo not in.</exception>
    public static async Task CheckAsync(ConfigurationOptions options)
    {
        try
        {
            await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
            await connection.GetDatabase().PingAsync();
        }
        catch (Exception exception) when (exception is RedisException or TimeoutException)
        {
            var servers = string.Join(", ", options.EndPoints.Select(EndPointCollection.ToString));
            throw Failure.Unavailable($"Silo:ConnectionString: the membership server {servers} does not answer as it should: {exception.Message.ReplaceLineEndings(" ")}", exception);
        }
    }
}
