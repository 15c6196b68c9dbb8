import 'reflect-metadata';

// Jest looks up the place in the code of each line that is printed.
process.env.N8N_LOG_LEVEL ??= 'silent';
