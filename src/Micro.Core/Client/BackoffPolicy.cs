namespace Micro.Client;

/// <summary>Returns the pause before an attempt.</summary>
/// <param name="attempt">Number of the attempt; 0 is the first.</param>
/// <returns>The pause; zero for none. Never waits beyond the deadline of the call.</returns>
public delegate TimeSpan BackoffPolicy(int attempt);
