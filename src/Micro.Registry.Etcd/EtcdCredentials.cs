namespace Micro.Registry.Etcd;

/// <summary>User and password; never printed.</summary>
internal sealed class EtcdCredentials(string username, string password)
{
    public string Username { get; } = username;

    public string Password { get; } = password;

    /// <summary>From the options, otherwise from the environment if both variables are set there.</summary>
    public static EtcdCredentials? From(EtcdRegistryOptions options)
    {
        var username = options.Username ?? options.Variable("ETCD_USERNAME");
        var password = options.Password ?? options.Variable("ETCD_PASSWORD");
        return string.IsNullOrEmpty(username) || string.IsNullOrEmpty(password) ? null : new EtcdCredentials(username, password);
    }
}
